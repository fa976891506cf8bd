#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a bare Debian 12 to a running example:
#   cmake/bootstrap.sh demo [arguments of the example]
#   cmake/bootstrap.sh test [arguments of ctest]
# Missing Debian packages are installed first, nothing else is downloaded. Everything is built below build/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(g++ cmake ninja-build libboost-dev libfmt-dev nlohmann-json3-dev catch2 strace)
newer_boost=libboost1.81-dev

say() { printf 'bootstrap: %s\n' "$*"; }

missing_packages() {
  local package status
  for package in "${packages[@]}"; do
    status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) || status=
    [[ $status == 'install ok installed' ]] || printf '%s\n' "$package"
  done
}

install_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "this is no Debian: taking for granted what these packages bring: ${packages[*]}"
    return
  fi
  local missing as_root=()
  mapfile -t missing < <(missing_packages)
  if ((${#missing[@]} == 0)); then
    say 'all packages are installed'
    return
  fi
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      say "please install these packages as root, then start again: ${missing[*]}" >&2
      exit 1
    fi
    say 'not root: using sudo for apt-get'
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -qq)
  "${as_root[@]}" update
  "${as_root[@]}" install --yes --no-install-recommends "${missing[@]}"
}

# The headers of a Boost newer than the system's, beside it, for tests of asio.hpp. They are left out
# where they cannot be had.
fetch_newer_boost() {
  local folder=build/newer-boost
  [[ ! -d $folder/usr ]] || return 0
  say "fetching the headers of $newer_boost into $folder"
  mkdir -p "$folder"
  if (cd "$folder" && { apt-get -qq download "$newer_boost" 2>/dev/null ||
    { ((EUID == 0)) && apt-get -qq update && apt-get -qq download "$newer_boost"; }; }); then
    dpkg-deb --extract "$folder/$newer_boost"_*.deb "$folder"
  else
    say "$newer_boost cannot be fetched: tests with a newer Boost are left out"
  fi
}

# build <preset> [target]...
build() {
  local preset=$1
  shift
  say "building build/$preset with $(nproc) jobs"
  cmake --preset "$preset" >/dev/null
  cmake --build --preset "$preset" --parallel "$(nproc)" ${1:+--target "$@"}
}

# run_demo <preset> [arguments]
run_demo() {
  local program=build/$1/examples/digits/digits
  shift
  say "running $program $*"
  "$program" "$@"
}

demo() {
  build release digits
  run_demo release "$@"
}

run_tests() {
  fetch_newer_boost
  build dev
  run_demo dev
  say 'running the tests'
  ctest --preset dev --parallel "$(nproc)" "$@"
}

command=${1:-}
shift || true
case $command in
  demo | test) install_packages ;;
  *)
    printf 'usage: %s demo [arguments] | test [arguments]\n' "$0" >&2
    exit 2
    ;;
esac
case $command in
  demo) demo "$@" ;;
  test) run_tests "$@" ;;
esac
