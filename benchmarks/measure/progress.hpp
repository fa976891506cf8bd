// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace bench {

// One line on stderr that says how far a benchmark is; nothing where stderr is no terminal. Steps
// more than announced are allowed. Not thread-safe.
class Progress {
 public:
  Progress(std::string title, int steps);
  // Wipes the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // The next step begins.
  void step(const std::string& what);
  // More about the step under way.
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
