// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/opencv_text.hpp"

#include <cstddef>

namespace inferpool::runtimes {
namespace {

// Erases each part from `begin` to the next `end`, both included, unless it contains a line break.
void erase_parts(std::string& text, std::string_view begin, std::string_view end) {
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    const std::size_t stop = text.find(end, at + begin.size());
    if (stop == std::string::npos) return;
    if (text.find('\n', at) < stop) {
      at += begin.size();
    } else {
      text.erase(at, stop + end.size() - at);
    }
  }
}

}  // namespace

std::string without_places(std::string_view what) {
  std::string text(what);
  erase_parts(text, "OpenCV(", ": error: ");
  erase_parts(text, " in function '", "'");
  erase_parts(text, "(-2:Unspecified error)", "");
  std::string line;
  bool at_begin = true;  // of a line
  for (const char c : text) {
    at_begin = at_begin || c == '\n';
    if (at_begin && (c == '\n' || c == '>' || c == ' ')) continue;
    if (at_begin && !line.empty()) line.push_back(' ');
    at_begin = false;
    line.push_back(c);
  }
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

}  // namespace inferpool::runtimes
