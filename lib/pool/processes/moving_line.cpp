// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/moving_line.hpp"

#include <algorithm>
#include <utility>

namespace inferpool::pool::processes {

void MovingLine::take(std::string_view text, core::TimePoint now, const Put& put) {
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\r\n");
    append(text.substr(0, end), now, put);
    if (end == std::string_view::npos) break;
    text[end] == '\n' ? end_line(put) : return_carriage();
    text.remove_prefix(end + 1);
  }
  show(now, put);
}

void MovingLine::append(std::string_view text, core::TimePoint now, const Put& put) {
  if (line_.empty()) began_ = now;
  line_.append(text);
  if (line_.size() <= kLongest) return;
  put(std::exchange(line_, {}));
  shown_.clear();
}

void MovingLine::return_carriage() {
  moving_ = true;
  if (!line_.empty()) before_ = std::exchange(line_, {});
}

void MovingLine::end_line(const Put& put) {
  const bool again = !shown_.empty() && current() == shown_;
  if (moving_ ? is_news() : !again) put(current());
  line_.clear();
  before_.clear();
  shown_.clear();
  moving_ = false;
  next_.reset();
}

// Blanks are no news: a progress bar is wiped out with them.
bool MovingLine::is_news() const {
  const std::string& text = current();
  return text != shown_ && text.find_first_not_of(' ') != std::string::npos;
}

void MovingLine::show(core::TimePoint now, const Put& put) {
  next_.reset();
  const bool wanted = moving_ || (unfinished_too_ && current().size() <= kLongestUnfinished);
  if (!wanted || !is_news()) return;
  if (moving_) {
    next_ = last_ ? *last_ + kMoving : now;
  } else {
    next_ = (shown_.empty() ? began_ : std::max(began_, last_.value_or(began_))) + kUnfinished;
  }
  if (!core::passed(next_, now)) return;
  put(current());
  shown_ = current();
  last_ = now;
  next_.reset();
}

void MovingLine::finish(const Put& put) {
  if (is_news()) put(current());
  line_.clear();
  before_.clear();
  next_.reset();
}

}  // namespace inferpool::pool::processes
