#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# self_test.sh <scratch folder>: breaks each rule of check.awk in a tree of its own, and sees it caught.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
scratch=$1
failed=0
cases=0

# tree <file> <text> ...: a fresh tree of these files; \n in a text is a line's end
tree() {
  rm -rf "$scratch"
  mkdir -p "$scratch/include/inferpool" "$scratch/lib"
  while [ $# -gt 0 ]; do
    mkdir -p "$scratch/$(dirname "$1")"
    printf '%b\n' "$2" >"$scratch/$1"
    shift 2
  done
}

# says <expected output>: checks the tree
says() {
  cases=$((cases + 1))
  status=0
  output=$(sh "$here/check.sh" "$scratch" 2>&1) || status=$?
  [ "$output" = "$1" ] && [ "$status" = "$2" ] && return
  failed=$((failed + 1))
  printf 'expected status %s: %s\ngot      status %s: %s\n' "$2" "$1" "$status" "$output"
}

caught() { says "$1" 1; }
accepted() { says "$1" 0; }

rooms='core values wire system settings ipc process pool/reports pool/dispatch pool/fleet pool/processes pool/calls
  pool worker runtimes tools'
allowed=' values:core wire:core system:core settings:system settings:core ipc:core process:core pool/reports:process
  pool/reports:core pool/dispatch:pool/reports pool/dispatch:ipc pool/dispatch:core pool/fleet:pool/reports
  pool/fleet:process pool/fleet:settings pool/fleet:core pool/processes:pool/dispatch pool/processes:pool/reports
  pool/processes:process pool/processes:ipc pool/processes:settings pool/processes:system pool/processes:core
  pool/calls:pool/processes pool/calls:pool/dispatch pool/calls:pool/reports pool/calls:ipc pool/calls:wire
  pool/calls:core pool:pool/calls pool:pool/processes pool:pool/fleet pool:pool/dispatch pool:pool/reports pool:ipc
  pool:settings pool:wire pool:core worker:ipc worker:settings worker:wire worker:core tools:settings tools:system
  tools:core '
allowed=$(printf ' %s ' $allowed)
for from in $rooms; do
  for to in $rooms; do
    tree "lib/$from/a.cpp" "// a\n#include \"$to/b.hpp\"" "lib/$to/b.hpp" ''
    case "$from:$to$allowed" in
      "$from:$from "* | *" $from:$to "*) accepted '2 files, 1 includes: the rooms hold' ;;
      *) caught "lib/$from/a.cpp:2: $from includes $to" ;;
    esac
  done
  tree "lib/$from/a.cpp" '#include <vector>\n#include <inferpool/b.hpp>' include/inferpool/b.hpp ''
  accepted '2 files, 1 includes: the rooms hold'
done

public='include/inferpool/a.hpp'
for name in boost/asio.hpp fmt/format.h nlohmann/json.hpp dlpack/dlpack.h unistd.h; do
  tree $public "#include <cstdint>\n#include <$name>"
  caught "$public:2: a public header includes $name, which is neither standard nor public"
done
tree $public '#include <boost/process/v1.hpp>'
caught "$public:1: Boost.Process outside lib/process/spawn.cpp
$public:1: a public header includes boost/process/v1.hpp, which is neither standard nor public"
tree $public '#include "core/b.hpp"' lib/core/b.hpp ''
caught "$public:1: a public header includes core/b.hpp, which is neither standard nor public"
tree include/inferpool/asio.hpp '#include <boost/asio.hpp>' include/inferpool/dlpack.hpp '#include <dlpack/dlpack.h>'
accepted '2 files, 0 includes: the rooms hold'

tree lib/process/spawn.cpp '#include <boost/process/child.hpp>'
accepted '1 files, 0 includes: the rooms hold'
for file in lib/process/watch.cpp lib/process/spawn.hpp lib/pool/call.cpp; do
  tree $file '  #  include <boost/process.hpp>'
  caught "$file:1: Boost.Process outside lib/process/spawn.cpp"
done

for file in lib/core/format.hpp lib/core/format.cpp lib/runtimes/python/a.cpp; do
  tree $file '#include <fmt/format.h>'
  accepted '1 files, 0 includes: the rooms hold'
done
for file in lib/core/error.cpp lib/pool/format.cpp lib/tools/a.cpp; do
  tree $file '#include <fmt/core.h>'
  caught "$file:1: fmt outside lib/core/format.hpp, which compiles it once"
done

tree lib/core/a.hpp '#include "core/b.hpp"' lib/core/b.hpp '\n#include "core/c.hpp"' lib/core/c.hpp '#include "core/b.hpp"'
caught 'lib/core/c.hpp:1: circle: lib/core/b -> lib/core/c -> lib/core/b'
tree lib/core/a.hpp '#include "core/b.hpp"' lib/core/b.hpp '' lib/core/b.cpp '#include "core/b.hpp"\n#include "core/a.hpp"'
caught 'lib/core/b.cpp:2: circle: lib/core/a -> lib/core/b -> lib/core/a'
tree lib/core/b.cpp '#include "core/b_body.hpp"' lib/core/b_body.hpp '#include "core/b.hpp"' lib/core/b.hpp ''
accepted '3 files, 2 includes: the rooms hold'
tree $public '#include <inferpool/a.hpp>'
caught "$public:1: circle: ${public%.hpp} -> ${public%.hpp}"

tree lib/core/a.cpp '#include "a.hpp"' lib/core/a.hpp ''
caught 'lib/core/a.cpp:1: "a.hpp" is not written as "room/file.hpp"'
tree lib/core/a.cpp '#include "../core/a.hpp"' lib/core/a.hpp ''
caught 'lib/core/a.cpp:1: "../core/a.hpp" is not written as "room/file.hpp"'
tree lib/core/a.cpp '#include <core/a.hpp>' lib/core/a.hpp ''
caught 'lib/core/a.cpp:1: a header of lib/ is included with angle brackets'
tree lib/core/a.cpp '#include "inferpool/b.hpp"' include/inferpool/b.hpp ''
caught 'lib/core/a.cpp:1: a public header is included with quotes'
tree lib/core/a.cpp '#include "core/a.hpp"\n#include <inferpool/b.hpp>'
caught 'lib/core/a.cpp:1: there is no lib/core/a.hpp
lib/core/a.cpp:2: there is no include/inferpool/b.hpp'
for file in lib/util/a.cpp lib/pool/util/a.cpp; do
  tree $file ''
  caught "$file:1: the file is in no room"
done

lines=$(printf '%299s' '' | sed 's/ /\\n/g')
tree lib/core/a.cpp "//$lines//"
accepted '1 files, 0 includes: the rooms hold'
for file in lib/core/a.cpp $public; do
  tree $file "//$lines\n//"
  caught "$file:301: the file is longer than 300 lines"
done

tree
says "$scratch: no .hpp or .cpp below include/ and lib/" 2

echo "$cases cases, $failed failed"
[ $failed = 0 ]
