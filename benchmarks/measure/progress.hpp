// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace bench {

// One line on stderr that shows how far a benchmark is; nothing if stderr is no terminal. More
// steps than announced are allowed. Not thread-safe.
class Progress {
 public:
  Progress(std::string title, int steps);
  // Wipes the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Shows the next step.
  void step(const std::string& what);
  // Shows more about the current step.
  void detail(const std::string& text);

 private:
  void show(const std::string& text) const;

  std::string title_;
  std::string what_;
  int steps_;
  int step_ = 0;
  bool terminal_;
};

}  // namespace bench
