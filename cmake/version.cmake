# SPDX-License-Identifier: Apache-2.0

# Reads "MAJOR.MINOR.PATCH" from the public header, the only place where it is written.
function(inferpool_read_version header result)
  set(numbers)
  foreach(part MAJOR MINOR PATCH)
    file(STRINGS ${header} line REGEX "^#define INFERPOOL_VERSION_${part} [0-9]+$")
    if(NOT line MATCHES "([0-9]+)$")
      message(FATAL_ERROR "${header} has no line `#define INFERPOOL_VERSION_${part} <number>`")
    endif()
    list(APPEND numbers ${CMAKE_MATCH_1})
  endforeach()
  list(JOIN numbers "." version)
  set(${result} ${version} PARENT_SCOPE)
endfunction()
