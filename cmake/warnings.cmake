# SPDX-License-Identifier: Apache-2.0

add_library(inferpool_warnings INTERFACE)
target_compile_options(
  inferpool_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                               $<$<BOOL:${INFERPOOL_WERROR}>:-Werror>)
