// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measure/futex.hpp"

namespace bench {

// A word in a cache line of its own, and whether a thread sleeps on it.
struct alignas(128) SharedWord {
  Word value{0};
  Word sleeper{0};
};

// Two such words, in memory that forked processes share. Throws std::system_error.
class SharedWords {
 public:
  SharedWords();
  ~SharedWords();
  SharedWords(const SharedWords&) = delete;
  SharedWords& operator=(const SharedWords&) = delete;

  [[nodiscard]] SharedWord& there() const noexcept { return words_[0]; }
  [[nodiscard]] SharedWord& back() const noexcept { return words_[1]; }

 private:
  SharedWord* words_;
};

}  // namespace bench
