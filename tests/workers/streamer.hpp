// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <inferpool/model.hpp>

#include "workers/faulty.hpp"

namespace inferpool::test {

// What a model that streams does once it has sent its parts.
enum class Ending : std::int32_t {
  kNothing,   // its parts were the answer
  kValue,     // one part more, by its return value
  kThrow,     // std::out_of_range
  kKill,      // SIGKILL to itself
  kKillOnce,  // the same where there is no file `text`.killed yet, which it makes; else as kValue
  kSleep,     // until somebody ends it
  kHold,      // until there is a file `text`.go
  kGoOn,      // sends further parts until that throws
  kCatch,     // the same, and then as kValue
};

// Parts are INT64 tensors of so many elements, each of them the number of the part: 1, 2, 3, ...
// Before it sends one it makes an empty file `text`, and where a send throws `text`.caller_word,
// where `text` is not empty.
struct Script {
  Ending ending = Ending::kNothing;
  std::int64_t parts = 0;
  std::int64_t elements = 1;
  std::array<char, 256> text = {};
};

inline Script script(std::int64_t parts, Ending ending = Ending::kNothing,
                     std::string_view text = {}, std::int64_t elements = 1) {
  Script result{.ending = ending, .parts = parts, .elements = elements};
  set_text(result.text, text);
  return result;
}

// What hosts see of it.
struct Streamer {
  using Input = Script;
  using Output = Tensor;
  static constexpr bool thread_safe = true;
};

}  // namespace inferpool::test
