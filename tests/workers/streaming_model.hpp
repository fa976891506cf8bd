// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

#include <inferpool/error.hpp>

#include "workers/streamer.hpp"

namespace inferpool::test {

// Follows the script.
struct StreamingModel {
  static constexpr bool thread_safe = true;
  explicit StreamingModel(const Settings& /*settings*/) {}

  std::optional<Tensor> predict(const Script& script, Stream<Tensor>& stream, Context& context) {
    const std::string text(text_of(script.text));
    note(text);
    std::int64_t part = 0;
    const auto send = [&] { stream.send(numbered(++part, script.elements, context)); };
    try {
      while (part < script.parts) send();
      while (script.ending == Ending::kGoOn || script.ending == Ending::kCatch) send();
    } catch (const Error&) {
      note(text, ".caller_word");
      if (script.ending != Ending::kCatch) throw;
    }
    if (!carry_out(script.ending, text)) return std::nullopt;
    return numbered(++part, script.elements, context);
  }

 private:
  static Tensor numbered(std::int64_t number, std::int64_t elements, Context& context) {
    Tensor part = elements <= 8 ? Tensor(Datatype::kInt64, {elements})
                                : context.output<std::int64_t>({elements});
    std::ranges::fill(part.mutable_values<std::int64_t>(), number);
    return part;
  }

  static void note(const std::string& text, const char* what = "") {
    if (text.empty()) return;
    ::close(::open((text + what).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  }

  // Bounded, so that nothing is left of a test that failed.
  static void wait_for(const std::string& file) {
    using namespace std::chrono_literals;
    const auto end = std::chrono::steady_clock::now() + 100s;
    while (::access(file.c_str(), F_OK) != 0 && std::chrono::steady_clock::now() < end)
      ::poll(nullptr, 0, 1);
  }

  // Whether a value follows.
  static bool carry_out(Ending ending, const std::string& text) {
    switch (ending) {
      case Ending::kThrow:
        throw std::out_of_range("no token 11 in a vocabulary of 10");
      case Ending::kKillOnce:
        if (::access((text + ".killed").c_str(), F_OK) == 0) return true;
        note(text, ".killed");
        ::raise(SIGKILL);
        return false;
      case Ending::kKill:
        ::raise(SIGKILL);
        return false;
      case Ending::kSleep:
      case Ending::kHold:
        wait_for(text + ".go");
        return false;
      case Ending::kValue:
      case Ending::kCatch:
        return true;
      default:
        return false;
    }
  }
};

}  // namespace inferpool::test
