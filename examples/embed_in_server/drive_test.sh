#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# drive_test.sh <folder of the programs>: tests the server with 64 connections while its workers are
# killed, with too many requests, with too little time, and with the model in its own process; each
# time it must drain and end.
set -euo pipefail
cd "$1"
scratch=$(mktemp -d)
pid=
trap '[[ -z $pid ]] || kill -KILL "$pid" 2>/dev/null; rm -rf "$scratch"' EXIT

fail() {
  echo "FAILED: $*"
  tail -n 20 "$scratch/log" 2>/dev/null
  exit 1
}

# serve <settings>: starts a server; sets pid, port and the descriptor `output`
serve() {
  coproc server { exec ./server 0 "$1" 2>"$scratch/log"; }
  pid=$server_PID
  exec {output}<&"${server[0]}"
  local first
  read -r first <&$output || fail "the server did not start: $(cat "$scratch/log")"
  port=${first##*:}
}

# ask <client's arguments>: sets `said`
ask() {
  local status=0
  said=$(./client "$port" "$@") || status=$?
  echo "$said"
  ((status == 0)) || fail "the client's status is $status"
}

# drain: the server must end in time, with status 0, and leave no worker
drain() {
  local workers status=0
  workers=$(cat /proc/"$pid"/task/*/children)
  kill -TERM "$pid"
  timeout 20 cat <&$output || fail 'the server did not end'
  wait "$pid" || status=$?
  ((status == 0)) || fail "the server's status is $status"
  pid=
  for worker in $workers; do
    [[ ! -d /proc/$worker ]] || grep -q 'State:.Z' "/proc/$worker/status" 2>/dev/null || fail "worker $worker lives on"
  done
}

# settings <name> <value of parallel_workers> <members of "pool">
settings() {
  printf '{"name": "language", "parallel_workers": %s, "pool": {"worker": "language_worker", %s}}' \
    "$2" "$3" >"$scratch/$1.json"
}

echo '--- 64 connections, workers killed'
settings killed 2 '"request_timeout": "60s", "retry": "always"'
serve "$scratch/killed.json"
ask 64 200 "$pid" 10
[[ $said == 'right 12800, wrong 0, unanswered 0, workers killed '* ]] || fail 'not every answer was right'
killed=${said##* }
((killed > 0)) || fail 'no worker was killed'
drain
[[ $(grep -c 'died' "$scratch/log") -ge 1 ]] || fail 'no death was logged'

echo '--- overload'
settings overload 1 '"max_queue_size": 1'
serve "$scratch/overload.json"
ask 64 50
[[ $said == *'error: overloaded'* ]] || fail 'nobody was told of the overload'
drain

echo '--- no time'
settings no_time 1 '"request_timeout": "1us"'
serve "$scratch/no_time.json"
ask 4 20
[[ $said == *'error: too late'* ]] || fail 'nobody was told of the deadline'
drain

echo '--- the model in the own process'
settings in_process 0 '"max_queue_size": 256'
serve "$scratch/in_process.json"
ask 64 50
[[ $said == 'right 3200, wrong 0'* ]] || fail 'not every answer was right'
drain
