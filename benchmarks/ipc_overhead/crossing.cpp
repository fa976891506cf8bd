// SPDX-License-Identifier: Apache-2.0
#include "ipc_overhead/crossing.hpp"

#include <cstring>

namespace bench {

namespace {

constexpr std::uint32_t kRest = 0xffff'ffff;

}  // namespace

Crossing::Crossing(const CorePair& cores, std::size_t most)
    : request_(most), reply_(most), source_(most, 1), result_(most), child_(cores.worker, [this] {
        answer();
      }) {}

void Crossing::answer() const {
  Word& word = words_.there().value;
  for (;;) {
    const std::uint32_t turn = word.load(std::memory_order_acquire);
    if (turn == kRest) {
      futex_wait(word, kRest);
    } else if (turn % 2 == 1) {
      std::memcpy(reply_.data(), request_.data(),
                  words_.back().value.load(std::memory_order_relaxed));
      word.store(turn + 1, std::memory_order_release);
    } else {
      relax();
    }
  }
}

void Crossing::round_trip() noexcept {
  Word& word = words_.there().value;
  std::memcpy(request_.data(), source_.data(), bytes_);
  word.store(turn_ + 1, std::memory_order_release);
  turn_ += 2;
  while (word.load(std::memory_order_acquire) != turn_) relax();
  std::memcpy(result_.data(), reply_.data(), bytes_);
  keep(*result_.data());
}

void Crossing::work(std::size_t bytes, Nanoseconds slice, Samples& samples) {
  Word& word = words_.there().value;
  bytes_ = bytes;
  words_.back().value.store(static_cast<std::uint32_t>(bytes), std::memory_order_relaxed);
  turn_ = 0;
  word.store(turn_);
  futex_wake(word);
  time_each_warm(slice, samples, [this] { round_trip(); });
  word.store(kRest);
}

}  // namespace bench
