# SPDX-License-Identifier: Apache-2.0
# The architecture, as rules over the #include lines. The files to check are the arguments, named from the
# root of the project: include/... and lib/<layer>/...

BEGIN {
  # layer -> the layers it may include, besides itself and the public headers
  may["core"] = " "
  may["model"] = " core "
  may["ipc"] = " core "
  may["process"] = " core "
  may["pool"] = " process ipc model core "
  may["worker"] = " ipc model core "
  may["runtimes"] = " "
  may["tools"] = " model core "
  longest = 300 # lines of a file
  for (i = 1; i < ARGC; ++i) exists[ARGV[i]] = 1
}

function broken(line, rule) {
  print FILENAME ":" line ": " rule
  ++count
}

# "lib/pool/call.hpp" -> "pool"; "" where the path has no known layer in that place
function layer_of(path, parts) {
  split(path, parts, "/")
  return parts[2] in may ? parts[2] : ""
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
    broken(FNR, "layer " from " includes layer " to)
}

function follow(target) {
  if (!(target in exists)) {
    broken(FNR, "there is no " target)
    return
  }
  edge_from[++edges] = FILENAME
  edge_to[edges] = target
  edge_line[edges] = FNR
  out[FILENAME] = out[FILENAME] " " edges
}

function check_include(name, quoted, layer) {
  layer = layer_of(FILENAME)
  if (name ~ /^boost\/process/ && FILENAME != "lib/process/spawn.cpp")
    broken(FNR, "Boost.Process outside lib/process/spawn.cpp")
  if (name ~ /^fmt\// && layer != "" && layer != "runtimes" && FILENAME !~ /^lib\/core\/format\.[ch]pp$/)
    broken(FNR, "fmt outside lib/core/format.hpp, which compiles it once")
  if (FILENAME ~ /^include\//) check_public(name)

  if (name ~ /^inferpool\//) {
    if (quoted) broken(FNR, "a public header is included with quotes")
    follow("include/" name)
  } else if (layer_of("lib/" name) != "") {
    if (!quoted) broken(FNR, "a header of lib/ is included with angle brackets")
    if (layer != "") check_arrow(layer, layer_of("lib/" name))
    follow("lib/" name)
  } else if (quoted && FILENAME ~ /^lib\//) {
    broken(FNR, "\"" name "\" is not written as \"layer/file.hpp\"")
  }
}

FNR == 1 && FILENAME ~ /^lib\// && layer_of(FILENAME) == "" { broken(1, "the file is in no layer") }

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
function visit(file, path, list, n, i, to) {
  state[file] = "open"
  n = split(out[file], list, " ")
  for (i = 1; i <= n; ++i) {
    to = edge_to[list[i]]
    if (state[to] == "open") {
      FILENAME = file
      broken(edge_line[list[i]], "circle: " substr(path, index(path, to)) " -> " to)
    } else if (state[to] == "") {
      visit(to, path " -> " to)
    }
  }
  state[file] = "done"
}

END {
  for (i = 1; i < ARGC; ++i)
    if (state[ARGV[i]] == "") visit(ARGV[i], ARGV[i])
  if (count > 0) exit 1
  print ARGC - 1 " files, " edges + 0 " includes: the layers hold"
}
