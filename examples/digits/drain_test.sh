#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# drain_test.sh <digits>: a SIGTERM while the demo classifies makes it drain its pool and say so.
set -euo pipefail

coproc demo { exec "$1" --no-kill; }
pid=$demo_PID
exec {output}<&"${demo[0]}"
read -r first <&$output          # after its first line it has begun
kill -TERM "$pid"
rest=$(cat <&$output)
status=0
wait "$pid" || status=$?
printf '%s\n%s\n' "$first" "$rest"
[[ $status == 143 ]] || { echo "status $status instead of 143"; exit 1; }
[[ $rest == *'Nothing was lost'* && $rest == *'SIGTERM: stopped after'* ]] || { echo 'it did not drain'; exit 1; }
