#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a bare Debian 12 or 13 to a running example:
#   cmake/bootstrap.sh demo [digits | onnx | python | xgboost] [arguments of the example]
#   cmake/bootstrap.sh test [arguments of ctest]
#   cmake/bootstrap.sh bench [full]
# It first installs missing Debian packages and downloads nothing else. It builds everything below build/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(g++ cmake ninja-build libboost-dev libfmt-dev nlohmann-json3-dev catch2)
test_packages=(strace gdb valgrind libonnx-testdata)
# The further packages of each example. The bundled workers are built with the same ones.
digits_packages=()
onnx_packages=(libonnxruntime-dev libopencv-dnn-dev)
python_packages=(pybind11-dev python3-dev python3-numpy python3-sklearn gnuplot-nox)
xgboost_packages=(libxgboost-dev)
# Packages that one of the two Debians lacks, and what happens without them.
declare -A rarely_there=(
  [libonnxruntime-dev]='inferpool-onnx computes by OpenCV, unless CMake is given a release of ONNX Runtime'
  [libonnx-testdata]='the vectors of ONNX are left out of the tests')
newer_boosts=(libboost1.81-dev libboost1.88-dev) # of Debian 12 and of 13
# Packages for the peers and the plots of the benchmarks; those that are not available are left out.
bench_packages=(gnuplot-nox libzmq3-dev pkg-config iceoryx libiceoryx-posh-dev python3
  libopenblas-pthread-dev libopencv-dnn-dev)

# The program of each example.
declare -A programs=([digits]=digits [onnx]=numerals [python]=reader [xgboost]=tumours)
# The input's name, which comes before the file on inferpool-run's command line.
declare -A inputs=([onnx]=image= [python]=images= [xgboost]=input=)
examples='digits | onnx | python | xgboost'

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

# Does this Debian have the package? Its package lists may be empty, as in a container image.
lists_are_new=
is_available() {
  command -v apt-cache >/dev/null || return 1
  apt-cache show "$1" >/dev/null 2>&1 && return
  [[ -z $lists_are_new ]] || return
  lists_are_new=yes
  if ((EUID == 0)); then apt-get -qq update; else sudo apt-get -qq update; fi ||
    say 'the lists of packages cannot be fetched'
  apt-cache show "$1" >/dev/null 2>&1
}

# Fetches the headers of a newer Boost than the system's, for tests of asio.hpp. The tests are left out if no
# such headers are available.
fetch_newer_boost() {
  local folder=build/newer-boost package
  [[ ! -d $folder/usr ]] || return 0
  mkdir -p "$folder"
  for package in "${newer_boosts[@]}"; do
    is_available "$package" || continue
    say "fetching the headers of $package into $folder"
    (cd "$folder" && apt-get -qq download "$package") || continue
    dpkg-deb --extract "$folder/$package"_*.deb "$folder"
    return
  done
  say "none of ${newer_boosts[*]} can be fetched: tests with a newer Boost are left out"
}

# add_packages <package>...: adds the packages, without the optional ones that this Debian lacks.
add_packages() {
  local package
  for package in "$@"; do
    if [[ -z ${rarely_there[$package]:-} ]] || ! command -v apt-cache >/dev/null || is_available "$package"; then
      packages+=("$package")
    else
      say "there is no package $package: ${rarely_there[$package]}"
    fi
  done
}

# build <preset> [target]...
configuration=() # further arguments of cmake
build() {
  local preset=$1
  shift
  say "building build/$preset with $(nproc) jobs"
  cmake --preset "$preset" "${configuration[@]}" >/dev/null
  cmake --build --preset "$preset" --parallel "$(nproc)" ${1:+--target "$@"}
}

# run_demo <preset> <example> [arguments]
run_demo() {
  local program=build/$1/examples/$2/${programs[$2]}
  shift 2
  say "running $program $*"
  "$program" "$@"
}

# Does a pool pay for the demo's model? See README.md.
advise_on_demo() {
  local folder=build/release/examples/digits
  say "asking inferpool-advise about the model of the demo"
  build/release/lib/tools/inferpool-advise "$folder/model-settings.json" --input "$folder/one_image.npy"
  say "to ask that model yourself:" \
    "build/release/lib/tools/inferpool-run $folder/model-settings.json --input $folder/one_image.npy"
}

# Shows how to ask the model of an example without its program: a model that is a file needs none.
suggest_run() {
  say "to ask that model yourself: build/release/lib/tools/inferpool-run" \
    "build/release/examples/$1/model-settings.json --input ${inputs[$1]:-}<file.npy>"
}

# demo <example> [arguments]
demo() {
  local example=$1
  configuration=(-DCMAKE_UNITY_BUILD=ON) # in less than half the time
  build release "${programs[$example]}" inferpool-advise inferpool-run
  run_demo release "$@"
  if [[ $example == digits ]]; then advise_on_demo; else suggest_run "$example"; fi
}

run_tests() {
  fetch_newer_boost
  build dev
  run_demo dev digits
  say 'running the tests'
  ctest --preset dev --parallel "$(nproc)" "$@"
}

# Runs every benchmark that is built, one after the other, then reports on all of them. A missed figure is no
# failure; a program that fails is.
bench() {
  local full=()
  case ${1:-} in
    '') ;;
    full) full=(--full) ;;
    *) usage ;;
  esac
  # What is measured is compiled file by file, as in a package.
  configuration=(-DINFERPOOL_BUILD_BENCHMARKS=ON -DCMAKE_UNITY_BUILD=OFF)
  build release benchmarks
  local results=build/bench programs=build/release/benchmarks/bin names name failed=()
  mapfile -t names <benchmarks/programs.txt
  mkdir -p "$results"
  for name in "${names[@]}"; do
    rm -f "$results/$name.json"
    [[ -x $programs/$name ]] || continue
    say "running $programs/$name ${full[*]}"
    "$programs/$name" "${full[@]}" --json "$results/$name.json" || failed+=("$name")
  done
  say 'all figures'
  "$programs/report" "$results" "${names[@]}"
  if ((${#failed[@]} > 0)); then
    say "failed: ${failed[*]}" >&2
    exit 1
  fi
}

usage() {
  printf 'usage: %s demo [%s] [arguments] | test [arguments] | bench [full]\n' "$0" "$examples" >&2
  exit 2
}

command=${1:-}
shift || true
case $command in
  demo)
    [[ -z ${1:-} || $1 == -* ]] && set -- digits "$@"
    [[ -n ${programs[$1]:-} ]] || usage
    declare -n own_packages=${1}_packages
    add_packages "${own_packages[@]}"
    install_packages
    ;;
  test)
    add_packages "${test_packages[@]}" "${onnx_packages[@]}" "${python_packages[@]}" "${xgboost_packages[@]}"
    install_packages
    ;;
  bench)
    for package in "${bench_packages[@]}"; do rarely_there[$package]='what needs it is left out'; done
    add_packages "${bench_packages[@]}"
    install_packages
    ;;
  *) usage ;;
esac
case $command in
  demo) demo "$@" ;;
  test) run_tests "$@" ;;
  bench) bench "$@" ;;
esac
