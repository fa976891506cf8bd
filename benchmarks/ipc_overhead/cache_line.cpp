// SPDX-License-Identifier: Apache-2.0
#include "ipc_overhead/cache_line.hpp"

namespace bench {

namespace {

constexpr std::uint32_t kRest = 0xffff'ffff;

}  // namespace

CacheLine::CacheLine(const CorePair& cores) : child_(cores.worker, [this] { answer(); }) {}

void CacheLine::answer() const {
  Word& word = words_.there().value;
  for (;;) {
    const std::uint32_t turn = word.load(std::memory_order_acquire);
    if (turn == kRest)
      futex_wait(word, kRest);
    else if (turn % 2 == 1)
      word.store(turn + 1, std::memory_order_release);
    else
      relax();
  }
}

inline void CacheLine::round_trip() noexcept {
  Word& word = words_.there().value;
  word.store(turn_ + 1, std::memory_order_release);
  turn_ += 2;
  while (word.load(std::memory_order_acquire) != turn_) relax();
}

void CacheLine::work(Nanoseconds slice, Samples& samples) {
  Word& word = words_.there().value;
  turn_ = 0;
  word.store(turn_);
  futex_wake(word);
  time_each_warm(slice, samples, [this] { round_trip(); });
  word.store(kRest);
}

}  // namespace bench
