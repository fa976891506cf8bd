// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/moving_line.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace inferpool::pool::processes {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

// A line with a clock of its own.
struct Shown {
  explicit Shown(bool unfinished_too = true) : line(unfinished_too) {}

  // What is shown for this text, which comes this much later.
  Lines after(core::Clock::duration time, std::string_view text) {
    now += time;
    line.take(text, now, put);
    return std::exchange(lines, {});
  }
  // The same without a text.
  Lines after(core::Clock::duration time) {
    now += time;
    line.show(now, put);
    return std::exchange(lines, {});
  }
  Lines at_end() {
    line.finish(put);
    return std::exchange(lines, {});
  }

  MovingLine line;
  core::TimePoint now{1h};
  Lines lines;
  MovingLine::Put put = [this](std::string_view text) { lines.emplace_back(text); };
};

TEST_CASE("lines come as they end, empty ones too", "[W19]") {
  Shown shown;
  CHECK(shown.after(0s, "one\ntw") == Lines{"one"});
  CHECK(shown.after(0s, "o\n\n \nthree\n") == Lines{"two", "", " ", "three"});
  CHECK_FALSE(shown.line.next());
}

TEST_CASE("a line that ends as on other systems is one line", "[W19]") {
  Shown shown;
  CHECK(shown.after(0s, "one\r\ntwo\r") == Lines{"one", "two"});
  CHECK(shown.after(0s, "\n\r\nthree\r\n") == Lines{"three"});
}

TEST_CASE("a bar that begins with a carriage return is shown at once and as it moves", "[W19]") {
  Shown shown;
  CHECK(shown.after(0s, "\r 1%") == Lines{" 1%"});
  CHECK(shown.after(100ms, "\r 2%") == Lines{});
  CHECK(shown.line.next() == shown.now + 150ms);
  CHECK(shown.after(149ms) == Lines{});
  CHECK(shown.after(1ms) == Lines{" 2%"});
  CHECK_FALSE(shown.line.next());
  CHECK(shown.after(1s, "\r 3%") == Lines{" 3%"});
}

TEST_CASE("a bar that ends with a carriage return is shown as it moves", "[W19]") {
  Shown shown;
  CHECK(shown.after(0s, "1%\r") == Lines{"1%"});
  CHECK(shown.after(10ms, "2%\r3%\r") == Lines{});
  CHECK(shown.after(MovingLine::kMoving) == Lines{"3%"});
  CHECK(shown.after(1s) == Lines{});
}

TEST_CASE("the last state of a bar is shown, once", "[W19]") {
  Shown shown;
  CHECK(shown.after(0s, "\r1%\r99%\r100%\n") == Lines{"100%"});
  CHECK(shown.after(1s, "\r100%") == Lines{"100%"});
  CHECK(shown.after(0s, "\nnext\n") == Lines{"next"});
}

TEST_CASE("a bar that is wiped out leaves no empty line", "[W19]") {
  Shown shown;
  CHECK(shown.after(0s, "\r100%") == Lines{"100%"});
  CHECK(shown.after(1s, "\r     \rdone\n") == Lines{"done"});
  CHECK(shown.after(1s, "\r50%\r   \r\n") == Lines{});
}

TEST_CASE("a line without an end is shown as it grows, and as a whole when it ends", "[W19]") {
  Shown shown;
  CHECK(shown.after(0s, "loading .") == Lines{});
  CHECK(shown.line.next() == shown.now + MovingLine::kUnfinished);
  CHECK(shown.after(999ms, ".") == Lines{});
  CHECK(shown.after(1ms) == Lines{"loading .."});
  CHECK(shown.after(500ms, ".") == Lines{});
  CHECK(shown.after(500ms) == Lines{"loading ..."});
  CHECK(shown.after(0s, "\n") == Lines{});
  CHECK(shown.after(1s, "loading . done\n") == Lines{"loading . done"});
}

TEST_CASE("a reader of whole lines gets no line without an end, but what moves", "[W19]") {
  Shown shown(false);
  CHECK(shown.after(0s, "half") == Lines{});
  CHECK_FALSE(shown.line.next());
  CHECK(shown.after(10s, " a line\n\r5%") == Lines{"half a line", "5%"});
}

TEST_CASE("the last line needs no end", "[W19]") {
  Shown shown;
  CHECK(shown.after(0s, "a\nlast words") == Lines{"a"});
  CHECK(shown.at_end() == Lines{"last words"});
  CHECK(shown.at_end() == Lines{});
}

TEST_CASE("a line over 64 KiB comes in pieces", "[W19]") {
  Shown shown;
  std::string all;
  for (int i = 0; i < 40; ++i) {
    for (const std::string& piece : shown.after(0s, std::string(4096, 'x'))) all += piece;
  }
  CHECK(all.size() > MovingLine::kLongest);
  for (const std::string& piece : shown.after(0s, "\n")) all += piece;
  CHECK(all.size() == 40U * 4096);
}

}  // namespace
}  // namespace inferpool::pool::processes
