// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstring>
#include <span>

#include <inferpool/detail/function_ref.hpp>

namespace inferpool::ipc {

// Tells the other process that something comes soon: if it sleeps, it wakes up and looks.
using Announce = detail::FunctionRef<void()>;
inline constexpr auto kAnnounceNothing = [] {};

// A smaller copy takes less time than waking up, so it is not worth a system call.
inline constexpr std::size_t kLeastAnnounced = 256 * 1024;
// The bytes left to copy when the other process is told: copying them takes some 40 us, as waking
// up does.
inline constexpr std::size_t kAnnouncedAhead = 1024 * 1024;

// How often a waiting thread believes an announcement: the other process could announce for ever,
// and keep it spinning.
inline constexpr int kMostAnnounced = 2;

// Copies bytes that the other process waits for. A large copy takes longer than anybody spins:
// without the announcement, the other process would begin to wake up only after the copy.
inline void announced_copy(std::byte* to, std::span<const std::byte> from,
                           const Announce& announce) {
  const std::size_t size = from.size();
  std::size_t before = 0;
  if (size >= kLeastAnnounced) {
    if (size > kAnnouncedAhead) before = size - kAnnouncedAhead;
    std::memcpy(to, from.data(), before);
    announce();
  }
  if (size > 0) std::memcpy(to + before, from.data() + before, size - before);
}

}  // namespace inferpool::ipc
