# SPDX-License-Identifier: Apache-2.0
# Installs the tree built in BUILD to PREFIX, and checks that it is the library and nothing else:
# no test, no example, no internal header, each public one, and each of TOOLS and of RUNTIMES (lists with
# commas), which explain themselves, and of MODULES, which RUNTIMES load.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${PREFIX})
execute_process(
  COMMAND ${CMAKE_COMMAND} --install ${BUILD} --config ${CONFIG} --prefix ${PREFIX}
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

file(GLOB_RECURSE public RELATIVE ${INCLUDE} ${INCLUDE}/*)
list(TRANSFORM public PREPEND include/)
file(GLOB_RECURSE installed RELATIVE ${PREFIX} ${PREFIX}/*)
string(REPLACE "," ";" programs "${TOOLS}")
list(TRANSFORM programs PREPEND bin/)
string(REPLACE "," ";" workers "${RUNTIMES}")
list(TRANSFORM workers PREPEND libexec/inferpool/)
string(REPLACE "," ";" modules "${MODULES}")
list(TRANSFORM modules REPLACE "(.+)" "libexec/inferpool/\\1.so")
foreach(path IN LISTS installed)
  if(path IN_LIST programs)
    execute_process(COMMAND ${PREFIX}/${path} --help OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  elseif(path IN_LIST workers)
    execute_process(COMMAND ${PREFIX}/${path} RESULT_VARIABLE status ERROR_VARIABLE explanation)
    if(NOT explanation MATCHES "is an inferpool worker" OR NOT status EQUAL 2)
      message(SEND_ERROR "does not explain itself: ${path}")
    endif()
  elseif(path IN_LIST modules)
    continue()
  elseif(path MATCHES "^include/" AND NOT path IN_LIST public)
    message(SEND_ERROR "installed, but not public: ${path}")
  elseif(NOT path MATCHES
         "^(include|lib[^/]*(/[^/]*-linux-gnu)?/cmake/inferpool|share/doc/inferpool)/|/libinferpool[a-z_]*[.]a$")
    message(SEND_ERROR "installed, but no part of the library: ${path}")
  endif()
endforeach()
foreach(path IN LISTS programs workers modules)
  if(NOT path IN_LIST installed)
    message(SEND_ERROR "a tool, a worker or a module, but not installed: ${path}")
  endif()
endforeach()
foreach(path IN LISTS public)
  if(NOT path IN_LIST installed)
    message(SEND_ERROR "public, but not installed: ${path} (it is in no list of lib/CMakeLists.txt)")
  endif()
endforeach()
