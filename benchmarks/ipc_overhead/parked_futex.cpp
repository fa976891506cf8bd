// SPDX-License-Identifier: Apache-2.0
#include "ipc_overhead/parked_futex.hpp"

namespace bench {

namespace {

void post(SharedWord& word, std::uint32_t turn) noexcept {
  word.value.store(turn);
  if (word.sleeper.exchange(0) != 0) futex_wake(word.value);
}

void await(SharedWord& word, std::uint32_t turn) noexcept {
  for (;;) {
    word.sleeper.store(1);
    const std::uint32_t seen = word.value.load();
    if (seen == turn) break;
    futex_wait(word.value, seen);
  }
  word.sleeper.store(0, std::memory_order_relaxed);
}

void answer(const SharedWords& words) {
  for (std::uint32_t turn = 1;; ++turn) {
    await(words.there(), turn);
    post(words.back(), turn);
  }
}

}  // namespace

ParkedFutex::ParkedFutex(const CorePair& cores)
    : child_(cores.worker, [this] { answer(words_); }) {}

void ParkedFutex::work(Nanoseconds slice, Samples& samples) {
  time_each_warm(slice, samples, [this] {
    ++turn_;
    post(words_.there(), turn_);
    await(words_.back(), turn_);
  });
}

}  // namespace bench
