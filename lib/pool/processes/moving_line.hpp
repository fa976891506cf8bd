// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace inferpool::pool::processes {

// Makes lines out of what a worker prints, for readers who are no terminal. A line that a carriage
// return starts again, as a progress bar does, is shown as it moves: at most every kMoving, and as
// it is in the end. Thread-safety: none.
class MovingLine {
 public:
  using Put = std::function<void(std::string_view line)>;

  static constexpr auto kMoving = std::chrono::milliseconds(250);
  static constexpr auto kUnfinished = std::chrono::seconds(1);
  // Longer lines come in pieces.
  static constexpr std::size_t kLongest = std::size_t{64} * 1024;
  static constexpr std::size_t kLongestUnfinished = 1024;

  // `unfinished_too`: a line that has no end yet is shown, too, every kUnfinished while it grows,
  // and then again as a whole; up to kLongestUnfinished.
  explicit MovingLine(bool unfinished_too) : unfinished_too_(unfinished_too) {}

  void take(std::string_view text, core::TimePoint now, const Put& put);
  // Shows what is due by now.
  void show(core::TimePoint now, const Put& put);
  // Shows the last line, if it has no end.
  void finish(const Put& put);

  // When show() has something to do, if nothing comes before.
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
  std::string line_;     // since the last end of a line or carriage return
  std::string before_;   // what the last carriage return ended
  std::string shown_;    // of this line
  bool moving_ = false;  // this line had a carriage return
  core::TimePoint began_ = {};
  core::Deadline last_ = {};  // when something that moves was shown
  core::Deadline next_ = {};
};

}  // namespace inferpool::pool::processes
