# SPDX-License-Identifier: Apache-2.0
# COMPILER must refuse SOURCE, in words that match the regex of its line `// expect: <regex>`. Line ends and
# the compiler's quotes are blanks to the regex. The compiler must report no other error.
cmake_minimum_required(VERSION 3.25)

file(READ ${SOURCE} text)
if(NOT text MATCHES "(^|\n)// expect: ([^\n]+)")
  message(FATAL_ERROR "${SOURCE} has no line `// expect: <regex>`")
endif()
set(expected "${CMAKE_MATCH_2}")

execute_process(
  COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C ${COMPILER} -std=c++20 -fsyntax-only -I${INCLUDE} ${SOURCE}
  RESULT_VARIABLE status
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
if(status EQUAL 0)
  message(FATAL_ERROR "${SOURCE} compiles, but must not")
endif()
string(REGEX REPLACE "[\n'\"]+" " " words "${output}")
if(NOT words MATCHES "${expected}")
  message(FATAL_ERROR "${SOURCE} does not compile, but the compiler does not say \"${expected}\":\n${output}")
endif()
string(REGEX MATCHALL "[^a-z]error: " errors "${output}")
list(LENGTH errors count)
if(count GREATER 1)
  message(FATAL_ERROR "${SOURCE} is refused by ${count} errors, one is enough:\n${output}")
endif()
