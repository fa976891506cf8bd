# SPDX-License-Identifier: Apache-2.0
# Installs the tree built in BUILD for a folder that there is not, below DESTDIR, moves what comes of it to
# PREFIX, and checks that it is the library and nothing else, and works where it lies:
# no test, no example, no internal header, each public one, and each of TOOLS and of RUNTIMES (lists with
# commas), which explain themselves.
cmake_minimum_required(VERSION 3.25)

set(stage ${PREFIX}-staged)
set(elsewhere /opt/inferpool-elsewhere)
file(REMOVE_RECURSE ${PREFIX} ${stage})
execute_process(
  COMMAND ${CMAKE_COMMAND} -E env DESTDIR=${stage} ${CMAKE_COMMAND} --install ${BUILD} --config ${CONFIG} --prefix
          ${elsewhere}
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${stage}${elsewhere} ${PREFIX})
file(REMOVE_RECURSE ${stage})

file(GLOB_RECURSE public RELATIVE ${INCLUDE} ${INCLUDE}/*)
list(TRANSFORM public PREPEND include/)
file(GLOB_RECURSE installed RELATIVE ${PREFIX} ${PREFIX}/*)
string(REPLACE "," ";" programs "${TOOLS}")
list(TRANSFORM programs PREPEND bin/)
string(REPLACE "," ";" workers "${RUNTIMES}")
list(TRANSFORM workers PREPEND libexec/inferpool/)
foreach(path IN LISTS installed)
  if(path IN_LIST programs)
    execute_process(COMMAND ${PREFIX}/${path} --help OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  elseif(path IN_LIST workers)
    execute_process(COMMAND ${PREFIX}/${path} RESULT_VARIABLE status ERROR_VARIABLE explanation)
    if(NOT explanation MATCHES "is an inferpool worker" OR NOT status EQUAL 2)
      message(SEND_ERROR "does not explain itself: ${path}")
    endif()
  elseif(path MATCHES "^include/" AND NOT path IN_LIST public)
    message(SEND_ERROR "installed, but not public: ${path}")
  elseif(NOT path MATCHES
         "^(include|lib[^/]*(/[^/]*-linux-gnu)?/cmake/inferpool|share/doc/inferpool)/|/libinferpool[a-z_]*[.]a$")
    message(SEND_ERROR "installed, but no part of the library: ${path}")
  endif()
endforeach()
file(GLOB_RECURSE scripts ${PREFIX}/*.cmake)
foreach(script IN LISTS scripts)
  file(READ ${script} text)
  foreach(folder IN ITEMS ${elsewhere} ${stage} ${BUILD} ${INCLUDE})
    string(FIND "${text}" "${folder}" at)
    if(NOT at EQUAL -1)
      message(SEND_ERROR "${script} has the path ${folder} in it, so the package cannot be moved")
    endif()
  endforeach()
endforeach()
foreach(path IN LISTS programs workers)
  if(NOT path IN_LIST installed)
    message(SEND_ERROR "a tool or a worker, but not installed: ${path}")
  endif()
endforeach()
foreach(path IN LISTS public)
  if(NOT path IN_LIST installed)
    message(SEND_ERROR "public, but not installed: ${path} (it is in no list of lib/CMakeLists.txt)")
  endif()
endforeach()
