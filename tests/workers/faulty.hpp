// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace inferpool::test {

// What a faulty worker is told to do. Before it does it, it makes an empty file of the name `text`,
// where that is not empty, so that a test knows that it has begun.
enum class Deed : std::int32_t {
  kAnswer,
  kThrow,        // std::out_of_range
  kThrowNumber,  // an int
  kThrowError,   // inferpool::Error, as the model's own
  kAbort,
  kSegfault,
  kKill,             // SIGKILL to itself
  kExit,             // std::exit(number)
  kExitAtOnce,       // _exit(number)
  kComplainAndKill,  // writes `number` bytes to stderr, then "the last words", then SIGKILL
  kMutterAndKill,    // writes "no newline" to stderr, then SIGKILL
  kToilAndKill,      // touches `number` bytes and computes for 200 ms, then SIGKILL
  kFault,            // reads where nothing is, in faulty_worker_faults()
  kSleepForever,     // in faulty_worker_sleeps()
  kSpinForever,      // in faulty_worker_spins()
  kDeadlock,         // two threads that wait for each other
  kStop,             // SIGSTOP, then answers
  kHold,             // until there is a file `text`.go
  kHoldThenExit,     // the same, then _exit(number)
  kUntilCancelled,   // until cancelled(), then makes a file `text`.cancelled; `number` 1: then as
                     // kHold
  kPrint,            // "out" to stdout, "err" to stderr, a line each
  kEnvironment,      // answers with the environment variable `text`
  kLeak,             // takes `number` bytes of memory, for good
  kJumps,            // answers with the hours by which its real-time clock jumps
  kRead,             // reads the file `text`, which it does not make
  kLimits,           // answers with "<soft nofile> <hard nofile> <CPUs it may use>"
};

struct Command {
  Deed deed = Deed::kAnswer;
  std::int64_t number = 0;
  std::array<char, 256> text = {};
};

struct Report {
  std::int64_t number = 0;  // of the command
  std::int32_t pid = 0;
  std::int32_t index = -1;
  std::int32_t generation = -1;
  std::array<char, 256> text = {};
};

template <std::size_t N>
void set_text(std::array<char, N>& to, std::string_view text) {
  text.substr(0, N - 1).copy(to.data(), N - 1);
}

template <std::size_t N>
std::string_view text_of(const std::array<char, N>& text) {
  return {text.data(), ::strnlen(text.data(), N)};
}

inline Command command(Deed deed, std::string_view text = {}, std::int64_t number = 0) {
  Command result{.deed = deed, .number = number};
  set_text(result.text, text);
  return result;
}

// What hosts see of it. How its worker loads is told by Settings::extra, see faulty_worker.cpp.
struct Faulty {
  using Input = Command;
  using Output = Report;
};

}  // namespace inferpool::test
