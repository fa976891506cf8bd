// SPDX-License-Identifier: Apache-2.0
#include "ipc/lost_wakes.hpp"

#include <algorithm>
#include <array>

namespace inferpool::ipc {
namespace {

using namespace std::chrono_literals;

std::atomic<std::atomic<std::uint64_t>*> counted_in{nullptr};

}  // namespace

void count_lost_wakes(std::atomic<std::uint64_t>* place) noexcept { counted_in = place; }

void note_whole_second(std::span<const WaitFor> words, detail::FunctionRef<bool()> came) noexcept {
  std::atomic<std::uint64_t>* const count = counted_in.load(std::memory_order_acquire);
  if (count == nullptr) return;
  std::array<WaitFor, kMaxWaitFor> now;
  const std::size_t size = std::min(words.size(), now.size());
  for (const core::TimePoint end = core::Clock::now() + 1s; core::Clock::now() < end;) {
    if (!came()) return;
    for (std::size_t i = 0; i < size; ++i) now[i] = {words[i].word, words[i].word->load()};
    if (wait({now.data(), size}, core::Clock::now() + 10ms)) return;
  }
  if (came()) count->fetch_add(1);
}

}  // namespace inferpool::ipc
