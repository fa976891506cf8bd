#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check.sh <root>: checks the files below <root>/include and <root>/lib against the rules of check.awk.
# Prints "file:line: rule broken" for each break; status 0 without one, 1 with, 2 where it cannot check.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"

files=$(find include lib -type f \( -name '*.hpp' -o -name '*.cpp' \) | LC_ALL=C sort)
if [ -z "$files" ]; then
  echo "$1: no .hpp or .cpp below include/ and lib/" >&2
  exit 2
fi
# The file names of this project hold no blanks, and the list is meant to be split.
# shellcheck disable=SC2086
exec awk -f "$here/check.awk" $files
