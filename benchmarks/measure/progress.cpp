// SPDX-License-Identifier: Apache-2.0
#include "measure/progress.hpp"

#include <unistd.h>

#include <cstdio>
#include <utility>

namespace bench {

Progress::Progress(std::string title, int steps)
    : title_(std::move(title)), steps_(steps), terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() { show(""); }

void Progress::step(const std::string& what) {
  ++step_;
  what_ = what;
  detail("");
}

void Progress::detail(const std::string& text) {
  show(title_ + " " + std::to_string(step_) + "/" + std::to_string(steps_) + " " + what_ +
       (text.empty() ? "" : ", " + text));
}

void Progress::show(const std::string& text) const {
  if (terminal_) std::fprintf(stderr, "\r\x1b[K%s", text.c_str());
}

}  // namespace bench
