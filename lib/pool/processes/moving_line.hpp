// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace inferpool::pool::processes {

// Makes lines out of a worker's output, for readers that are not a terminal. A carriage return
// starts a line again, as in a progress bar. Such a line is shown at most every kMoving while it
// moves, and once in its last form. Thread-safety: none.
class MovingLine {
 public:
  using Put = std::function<void(std::string_view line)>;

  static constexpr auto kMoving = std::chrono::milliseconds(250);
  static constexpr auto kUnfinished = std::chrono::seconds(1);
  // Longer lines are cut into pieces.
  static constexpr std::size_t kLongest = std::size_t{64} * 1024;
  static constexpr std::size_t kLongestUnfinished = 1024;

  // `unfinished_too`: also shows a line of at most kLongestUnfinished bytes that has no end yet,
  // every kUnfinished while it grows, and then again as a whole.
  explicit MovingLine(bool unfinished_too) : unfinished_too_(unfinished_too) {}

  void take(std::string_view text, core::TimePoint now, const Put& put);
  // Shows what is due by now.
  void show(core::TimePoint now, const Put& put);
  // Shows the last line, if it has no end.
  void finish(const Put& put);

  // When show() has something to do, unless take() is called before.
  [[nodiscard]] core::Deadline next() const noexcept { return next_; }

 private:
  [[nodiscard]] const std::string& current() const noexcept {
    return line_.empty() ? before_ : line_;
  }
  [[nodiscard]] bool is_news() const;
  void append(std::string_view text, core::TimePoint now, const Put& put);
  void return_carriage();
  void end_line(const Put& put);

  bool unfinished_too_;
  std::string line_;     // what came since the last newline or carriage return
  std::string before_;   // what the last carriage return ended
  std::string shown_;    // the last form of this line that was shown
  bool moving_ = false;  // this line had a carriage return
  core::TimePoint began_ = {};
  core::Deadline last_ = {};  // when a moving or unfinished line was last shown
  core::Deadline next_ = {};
};

}  // namespace inferpool::pool::processes
