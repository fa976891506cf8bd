# SPDX-License-Identifier: Apache-2.0
# Configures the project SOURCE in BINARY as a user of the library, builds it, and runs its PROGRAM.
#   PREFIX     where inferpool is installed, if it is; then the project may look for no other dependency
#   GENERATOR CXX CXX_FLAGS BUILD_TYPE
#   PARALLEL   how many sources are compiled at once, if not 2
#   OPTIONS    further options to configure with, separated by blanks
#   ARGUMENTS  of the program, separated by commas
#   OUTPUT     what the program must print, if anything particular
cmake_minimum_required(VERSION 3.25)

separate_arguments(options UNIX_COMMAND "${OPTIONS}")
if(PREFIX)
  list(APPEND options -DCMAKE_PREFIX_PATH=${PREFIX})
  foreach(package Boost fmt nlohmann_json)
    list(APPEND options -DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON)
  endforeach()
endif()

if(NOT PARALLEL)
  set(PARALLEL 2)
endif()

file(REMOVE_RECURSE ${BINARY})
execute_process(
  COMMAND
    ${CMAKE_COMMAND} -S ${SOURCE} -B ${BINARY} -G ${GENERATOR} -DCMAKE_CXX_COMPILER=${CXX}
    -DCMAKE_CXX_FLAGS=${CXX_FLAGS} -DCMAKE_BUILD_TYPE=${BUILD_TYPE} --no-warn-unused-cli ${options}
    COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${BINARY} --parallel ${PARALLEL} COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "," ";" arguments "${ARGUMENTS}")
execute_process(
  COMMAND ${BINARY}/${PROGRAM} ${arguments}
  OUTPUT_VARIABLE output ECHO_OUTPUT_VARIABLE
  COMMAND_ERROR_IS_FATAL ANY)

if(DEFINED OUTPUT AND NOT output STREQUAL OUTPUT)
  message(FATAL_ERROR "${PROGRAM} printed\n${output}\nbut should have printed\n${OUTPUT}")
endif()
