# SPDX-License-Identifier: Apache-2.0

# inferpool_header_version(<result> <header> <prefix>): the version "MAJOR.MINOR" that a library's header
# defines as <prefix>MAJOR and <prefix>MINOR; 0 if the header does not exist.
function(inferpool_header_version result header prefix)
  set(version 0)
  if(EXISTS ${header})
    file(STRINGS ${header} numbers REGEX "^#define ${prefix}(MAJOR|MINOR) +[0-9]+")
    list(TRANSFORM numbers REPLACE "^.* ([0-9]+).*$" "\\1")
    list(JOIN numbers "." version)
  endif()
  set(${result} ${version} PARENT_SCOPE)
endfunction()
