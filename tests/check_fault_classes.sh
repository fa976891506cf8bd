#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check_fault_classes.sh: whether fault_classes.txt names tests that there are, and whether each row
# below has a test.
set -eu
cd "$(dirname "$0")"

# Faults that were found from outside, by the numbers of their list: H of the host library, W of the
# bundled workers, the tools and the installation. A test that holds one has its number as a tag.
rows="H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12 H13 H14
  W1 W2 W3 W4 W5 W6 W7 W8 W9 W10 W11 W12 W13 W14 W15 W16 W17 W18 W19 W20 W21"

failed=0
missing=$(grep -v '^#' fault_classes.txt | while IFS= read -r line; do
  # A long name is split over lines in the source.
  beginning=$(printf '%s' "${line#*: }" | cut -c 1-60)
  grep -rqF --include='*_test.cpp' -e "\"$beginning" . || printf '%s\n' "$line"
done)
if [ -n "$missing" ]; then
  printf 'fault_classes.txt names tests that there are not:\n%s\n' "$missing"
  failed=1
fi

# The tags of a test case are one text, as "[H1][H7]". One in a comment does not count.
for row in $rows; do
  grep -rq --include='*_test.cpp' -e "^[^/]*\"\(\[[^]\"]*\]\)*\[$row\]" . && continue
  printf 'no test has the tag [%s]\n' "$row"
  failed=1
done
exit $failed
