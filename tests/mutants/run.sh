#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Removes mechanisms, one at a time, and shows which tests notice:
#   tests/mutants/run.sh [name of a mutant]...     without a name all of them; half a minute each
#   tests/mutants/run.sh --check                   only checks that each mutant fits and names tests
# The first line of a mutant says what it removes. The lines "<executable>: <name of a test>" below it name
# tests that must fail with the mutant and pass without it; a name may end in *. Then come the changes, each
# in a named function: see mutation.py. The script works in a copy of the sources below build/mutants.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/build/mutants
source=$work/source
build=$work/build
most_seconds=45  # for one test

mutants=()
wanted=()
check_only=
for argument in "$@"; do
  if [[ $argument == --check ]]; then check_only=yes; else wanted+=("$argument"); fi
done
for file in "$here"/*.mutant; do
  name=${file##*/}
  name=${name%.mutant}
  [[ ${#wanted[@]} -eq 0 || " ${wanted[*]} " == *" $name "* ]] && mutants+=("$name")
done
if ((${#mutants[@]} == 0)); then
  printf 'no mutant is named %s\n' "${wanted[*]}" >&2
  exit 2
fi

title() { head -n 1 "$here/$1.mutant"; }
# The lines "<executable>: <test>" of a mutant.
tests_of() { sed -n '2,/^in /p' "$here/$1.mutant" | grep -E '^[a-z_]+: '; }

# Copies the sources as they are here, tracked or not; an unchanged file keeps its time.
copy_sources() {
  local file
  mkdir -p "$source"
  while IFS= read -r -d '' file; do
    [[ -f $root/$file ]] || continue
    cmp -s "$root/$file" "$source/$file" && continue
    mkdir -p "$source/$(dirname "$file")"
    cp "$root/$file" "$source/$file"
  done < <(cd "$root" && git ls-files -z --cached --others --exclude-standard)
}

build_tests() {
  cmake --build "$build" --parallel "$(nproc)" --target "$@" >"$work/build.log" 2>&1
}

# passes <executable> <test>
passes() {
  local name=${2//,/\\,}  # Catch2 separates names by commas
  timeout --kill-after=5 "$most_seconds" "$build/tests/$1" "$name" --warn NoTests >"$work/test.log" 2>&1
}

# how <exit status>: how the last test failed
how() {
  case $1 in
    124 | 137) printf 'had not ended after %d s' "$most_seconds" ;;
    *) printf 'failed' ;;
  esac
}

mutation() { PYTHONDONTWRITEBYTECODE=1 python3 "$here/mutation.py" "$@"; }

files=("${mutants[@]/#/$here/}")
mutation check "$root" "${files[@]/%/.mutant}" || exit 1
[[ -z $check_only ]] || exit 0

copy_sources
rm -rf "$work/unchanged"
mkdir "$work/unchanged"
cp -r "$source/lib" "$source/include" "$work/unchanged"
mapfile -t programs < <(for mutant in "${mutants[@]}"; do tests_of "$mutant"; done | cut -d: -f1 | sort -u)
printf 'building %s\n' "${programs[*]}"
cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O1 \
  -DINFERPOOL_BUILD_TESTS=ON -DINFERPOOL_BUILD_EXAMPLES=OFF >"$work/configure.log"
build_tests "${programs[@]}" || { tail -n 30 "$work/build.log"; exit 1; }

printf 'without a mutant, each test must pass\n'
while IFS= read -r line; do
  passes "${line%%: *}" "${line#*: }" && continue
  printf '%s\n' "$line: does not pass as it is" >&2
  tail -n 30 "$work/test.log" >&2
  exit 1
done < <(for mutant in "${mutants[@]}"; do tests_of "$mutant"; done | sort -u)

# restore <file>...: puts sources back, with a new time.
restore() {
  local file
  for file in "$@"; do cp "$work/unchanged/$file" "$source/$file"; done
}

survivors=()
for mutant in "${mutants[@]}"; do
  printf '\n%s: %s\n' "$mutant" "$(title "$mutant")"
  mapfile -t changed < <(mutation make "$source" "$here/$mutant.mutant")
  mapfile -t needed < <(tests_of "$mutant" | cut -d: -f1 | sort -u)
  if ! build_tests "${needed[@]}"; then
    printf '  does not build: %s\n' "$(grep -m 1 'error' "$work/build.log")"
    survivors+=("$mutant")
    restore "${changed[@]}"
    continue
  fi
  while IFS= read -r line; do
    status=0
    passes "${line%%: *}" "${line#*: }" || status=$?
    if ((status == 0)); then
      printf '  SURVIVED  %s\n' "${line#*: }"
      survivors+=("$mutant")
    else
      printf '  caught    %s: %s\n' "${line#*: }" "$(how "$status")"
    fi
  done < <(tests_of "$mutant")
  restore "${changed[@]}"
done
printf '\n%d mutants, %d tests that did not notice one: %s\n' "${#mutants[@]}" "${#survivors[@]}" \
  "${survivors[*]:-none}"
((${#survivors[@]} == 0))
