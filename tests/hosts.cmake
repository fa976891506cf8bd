# SPDX-License-Identifier: Apache-2.0
# Programs that are hosts of a pool, for tests that end them, trace them or take their resources away.

# Hosts that their tests may end or deprive of resources.
foreach(program IN ITEMS cgroup_host each_limit_host host_program limited_host)
  add_executable(${program} hosts/${program}.cpp)
  target_link_libraries(${program} PRIVATE inferpool::inferpool inferpool_private inferpool_warnings)
  target_include_directories(${program} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  add_dependencies(integration_tests ${program})
endforeach()

# A host that uses every limit once, and the same host with a real-time clock that jumps, like its worker's.
foreach(program IN ITEMS timed_program wild_clock_program)
  add_executable(${program} hosts/timed_program.cpp)
  target_link_libraries(${program} PRIVATE inferpool::inferpool inferpool_private inferpool_warnings)
  target_include_directories(${program} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  add_dependencies(integration_tests ${program})
endforeach()
target_sources(wild_clock_program PRIVATE shims/wild_clock.cpp)
inferpool_add_worker(
  wild_clock_worker FOR integration_tests SOURCES workers/faulty_worker.cpp shims/wild_clock.cpp
  NO_INSTALL)
target_link_libraries(wild_clock_worker PRIVATE inferpool_private inferpool_warnings)
target_include_directories(wild_clock_worker PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})

# A host under valgrind, which does not work with sanitizers.
find_program(VALGRIND_EXECUTABLE valgrind)
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize")
  message(STATUS "inferpool: hosts under valgrind are left out: built with sanitizers")
elseif(NOT VALGRIND_EXECUTABLE)
  message(STATUS "inferpool: hosts under valgrind are left out: no valgrind")
else()
  set(memcheck --error-exitcode=9 --leak-check=full --show-leak-kinds=definite,indirect
               --errors-for-leak-kinds=definite,indirect)
  set(callgrind --tool=callgrind --callgrind-out-file=/dev/null)
  foreach(tool IN ITEMS memcheck callgrind)
    add_test(NAME "valgrind/a host runs to its end under ${tool}"
             COMMAND ${VALGRIND_EXECUTABLE} ${${tool}} $<TARGET_FILE:host_program> guest -)
    set_tests_properties("valgrind/a host runs to its end under ${tool}"
                         PROPERTIES LABELS valgrind TIMEOUT 120)
  endforeach()
  add_dependencies(host_program echo_worker faulty_worker)
endif()

add_dependencies(soak_pools_tests faulty_worker)
# With exported symbols the stacks that it writes name its functions.
set_target_properties(faulty_worker PROPERTIES ENABLE_EXPORTS ON)

# A separate host, which hot_path_test.cpp runs under strace.
add_executable(hot_path_host integration/hot_path_host.cpp ${counters})
target_include_directories(
  hot_path_host PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/benchmarks)
target_link_options(hot_path_host PRIVATE -Wl,--wrap=memcpy,--wrap=memmove)
target_link_libraries(
  hot_path_host PRIVATE inferpool::inferpool test_instruments inferpool_warnings)
add_dependencies(hot_path_host echo_worker)
add_dependencies(counting_tests hot_path_host)
