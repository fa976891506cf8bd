# SPDX-License-Identifier: Apache-2.0
# The architecture, as rules over the #include lines. The files to check are the arguments, named from the
# root of the project: include/... and lib/<room>/..., where a room is a layer or a part of one.

BEGIN {
  # room -> the rooms it may include, besides itself and the public headers
  may["core"] = " "
  may["values"] = " core "
  may["wire"] = " core "
  may["system"] = " core "
  may["settings"] = " system core "
  may["ipc"] = " core "
  may["process"] = " core "
  may["pool/reports"] = " process core "
  may["pool/dispatch"] = " pool/reports ipc core "
  may["pool/fleet"] = " pool/reports process settings core "
  may["pool/processes"] = " pool/dispatch pool/reports process ipc settings system core "
  may["pool/calls"] = " pool/processes pool/dispatch pool/reports ipc wire core "
  may["pool"] = " pool/calls pool/processes pool/fleet pool/dispatch pool/reports ipc settings wire core "
  may["worker"] = " ipc settings wire core "
  may["runtimes"] = " "
  may["tools"] = " settings system core "
  longest = 300 # lines of a file
  for (i = 1; i < ARGC; ++i) exists[ARGV[i]] = 1
}

function broken(line, rule) {
  print FILENAME ":" line ": " rule
  ++count
}

# "lib/pool/dispatch/call.hpp" -> "pool/dispatch", "lib/tools/run/a.cpp" -> "tools"; "" where the path
# has no known room in that place
function room_of(path, parts, count) {
  count = split(path, parts, "/")
  if (count > 3 && (parts[2] "/" parts[3]) in may) return parts[2] "/" parts[3]
  if (count > 3 && parts[2] == "pool") return ""
  return parts[2] in may ? parts[2] : ""
}

# A header and the source of its name are one module, "lib/core/format", and so is the header that defines
# what is declared in it as a template, "lib/ipc/host_ring_body.hpp".
function module_of(path) {
  sub(/(_body)?\.[ch]pp$/, "", path)
  return path
}

# What a public header may include: the standard library, another public header, or, in the header made for
# it, an optional library.
function check_public(name) {
  if (name ~ /^inferpool\// || name ~ /^[a-z0-9_]+$/) return
  if (FILENAME == "include/inferpool/asio.hpp" && name ~ /^boost\//) return
  if (FILENAME == "include/inferpool/dlpack.hpp" && name ~ /^dlpack\//) return
  broken(FNR, "a public header includes " name ", which is neither standard nor public")
}

function check_arrow(from, to) {
  if (from != to && index(may[from], " " to " ") == 0)
    broken(FNR, from " includes " to)
}

function follow(target, from, to) {
  if (!(target in exists)) {
    broken(FNR, "there is no " target)
    return
  }
  ++includes
  from = module_of(FILENAME)
  to = module_of(target)
  if (from == to && FILENAME != target) return
  edge_to[++edges] = to
  edge_place[edges] = FILENAME ":" FNR
  out[from] = out[from] " " edges
}

function check_include(name, quoted, room) {
  room = room_of(FILENAME)
  if (name ~ /^boost\/process/ && FILENAME != "lib/process/spawn.cpp")
    broken(FNR, "Boost.Process outside lib/process/spawn.cpp")
  if (name ~ /^fmt\// && room != "" && room != "runtimes" && FILENAME !~ /^lib\/core\/format\.[ch]pp$/)
    broken(FNR, "fmt outside lib/core/format.hpp, which compiles it once")
  if (FILENAME ~ /^include\//) check_public(name)

  if (name ~ /^inferpool\//) {
    if (quoted) broken(FNR, "a public header is included with quotes")
    follow("include/" name)
  } else if (room_of("lib/" name) != "") {
    if (!quoted) broken(FNR, "a header of lib/ is included with angle brackets")
    if (room != "") check_arrow(room, room_of("lib/" name))
    follow("lib/" name)
  } else if (quoted && FILENAME ~ /^lib\//) {
    broken(FNR, "\"" name "\" is not written as \"room/file.hpp\"")
  }
}

FNR == 1 && FILENAME ~ /^lib\// && room_of(FILENAME) == "" { broken(1, "the file is in no room") }

FNR == longest + 1 { broken(FNR, "the file is longer than " longest " lines") }

/^[ \t]*#[ \t]*include[ \t]*["<]/ {
  name = $0
  sub(/^[ \t]*#[ \t]*include[ \t]*/, "", name)
  quoted = substr(name, 1, 1) == "\""
  name = substr(name, 2)
  sub(/[">].*$/, "", name)
  check_include(name, quoted)
}

# Depth first; `path` is the way from where it started. Each circle is named once, at the edge that closes it.
function visit(module, path, list, n, i, to) {
  state[module] = "open"
  n = split(out[module], list, " ")
  for (i = 1; i <= n; ++i) {
    to = edge_to[list[i]]
    if (state[to] == "open") {
      print edge_place[list[i]] ": circle: " substr(path, index(path, " " to) + 1) " -> " to
      ++count
    } else if (state[to] == "") {
      visit(to, path " -> " to)
    }
  }
  state[module] = "done"
}

END {
  for (i = 1; i < ARGC; ++i) {
    module = module_of(ARGV[i])
    if (state[module] == "") visit(module, " " module)
  }
  if (count > 0) exit 1
  print ARGC - 1 " files, " includes + 0 " includes: the rooms hold"
}
