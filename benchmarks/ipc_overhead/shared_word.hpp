// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace bench {

using Word = std::atomic<std::uint32_t>;

// A word in a cache line of its own, and whether somebody sleeps on it.
struct alignas(128) SharedWord {
  Word value{0};
  Word sleeper{0};
};

// Two of them, in memory that forked processes share. Throws std::system_error.
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

// Sleeps while the word is `value`, or for no reason.
void futex_wait(Word& word, std::uint32_t value) noexcept;
void futex_wake(Word& word) noexcept;

inline void pause_briefly() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield" ::: "memory");
#endif
}

}  // namespace bench
