# SPDX-License-Identifier: Apache-2.0

add_library(inferpool_warnings INTERFACE)
target_compile_options(
  inferpool_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                               $<$<BOOL:${INFERPOOL_WERROR}>:-Werror>)

# g++ 12 takes "literal" + std::string for an overlapping copy (GCC bug 105651), and moves of Boost's
# small_vector for accesses beyond its end.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(inferpool_warnings INTERFACE -Wno-array-bounds -Wno-restrict
                                              -Wno-stringop-overflow -Wno-stringop-overread)
endif()
