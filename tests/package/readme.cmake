# SPDX-License-Identifier: Apache-2.0
# Builds and runs the README's quick start exactly as it is printed there, with an installed inferpool.
#
# In the README a comment on its own line precedes each fenced block of the quick start:
#   <!-- quick start: FILE -->             the block is the file of that name
#   <!-- quick start: output of PROGRAM --> the block is what the program prints
cmake_minimum_required(VERSION 3.25)

file(READ ${README} rest)
file(REMOVE_RECURSE ${SOURCE})
set(PROGRAM)
set(mark "<!-- quick start: ")
while(TRUE)
  string(FIND "${rest}" "${mark}" start)
  if(start EQUAL -1)
    break()
  endif()
  string(LENGTH "${mark}" length)
  math(EXPR start "${start} + ${length}")
  string(SUBSTRING "${rest}" ${start} -1 rest)
  string(FIND "${rest}" " -->" end)
  string(SUBSTRING "${rest}" 0 ${end} what)

  # The block begins after the line that opens the next fence, and ends before the line that closes it.
  string(FIND "${rest}" "\n```" fence)
  math(EXPR fence "${fence} + 1")
  string(SUBSTRING "${rest}" ${fence} -1 rest)
  string(FIND "${rest}" "\n" line)
  string(FIND "${rest}" "\n```" close)
  math(EXPR line "${line} + 1")
  math(EXPR size "${close} + 1 - ${line}")
  string(SUBSTRING "${rest}" ${line} ${size} block)
  string(SUBSTRING "${rest}" ${close} -1 rest)

  if(what MATCHES "^output of (.+)$")
    set(PROGRAM ${CMAKE_MATCH_1})
    set(OUTPUT "${block}")
  else()
    file(WRITE ${SOURCE}/${what} "${block}")
  endif()
endwhile()
if(NOT PROGRAM)
  message(FATAL_ERROR "${README} has no block marked `${mark}output of <program> -->`")
endif()

include(${CMAKE_CURRENT_LIST_DIR}/consume.cmake)
