# SPDX-License-Identifier: Apache-2.0

# inferpool_add_worker(<name> FOR <host> SOURCES <file>... [DESTINATION <dir>] [NO_INSTALL])
#
# Adds the worker executable <name> for the executable target <host>. It is linked with inferpool::worker,
# built whenever the host is, and put beside it: there the host looks for a worker named without a folder.
# It inherits nothing else from the host; add what the model needs with target_link_libraries(<name> ...).
#
# The worker is installed to DESTINATION, which must be the host's own (default: CMAKE_INSTALL_BINDIR, the
# default of install(TARGETS <host>)). With NO_INSTALL it is not installed.
function(inferpool_add_worker name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "NO_INSTALL" "FOR;DESTINATION" "SOURCES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "inferpool_add_worker(${name}): unknown argument ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_FOR OR NOT arg_SOURCES)
    message(FATAL_ERROR "inferpool_add_worker(${name}) needs FOR <host> and SOURCES <file>...")
  endif()
  if(NOT TARGET ${arg_FOR})
    message(FATAL_ERROR "inferpool_add_worker(${name}): there is no target ${arg_FOR} yet")
  endif()
  get_target_property(type ${arg_FOR} TYPE)
  if(NOT type STREQUAL "EXECUTABLE")
    message(FATAL_ERROR "inferpool_add_worker(${name}): ${arg_FOR} is no executable, but a ${type}")
  endif()

  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE inferpool::worker)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "$<TARGET_FILE_DIR:${arg_FOR}>")
  add_dependencies(${arg_FOR} ${name})

  if(NOT arg_NO_INSTALL)
    include(GNUInstallDirs)
    if(NOT arg_DESTINATION)
      set(arg_DESTINATION ${CMAKE_INSTALL_BINDIR})
    endif()
    install(TARGETS ${name} RUNTIME DESTINATION ${arg_DESTINATION})
  endif()
endfunction()
