#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check_fault_classes.sh: whether fault_classes.txt names tests that there are.
set -eu
cd "$(dirname "$0")"
missing=$(grep -v '^#' fault_classes.txt | while IFS= read -r line; do
  # A long name is split over lines in the source.
  beginning=$(printf '%s' "${line#*: }" | cut -c 1-60)
  grep -rqF --include='*_test.cpp' -e "\"$beginning" . || printf '%s\n' "$line"
done)
[ -z "$missing" ] && exit 0
printf 'fault_classes.txt names tests that there are not:\n%s\n' "$missing"
exit 1
