// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace inferpool::ipc {

// The host's hold on a worker's memory. Lives until its owner is gone and no reply in it is read or
// viewed any more. Thread-safety: safe from many threads.
class HeldMemory {
 public:
  HeldMemory(const HeldMemory&) = delete;
  HeldMemory& operator=(const HeldMemory&) = delete;

  // The host is done with the reply that has this ticket.
  virtual void release(std::uint32_t ticket, std::uint32_t generation) noexcept = 0;

  // The replies with blocks that the worker does not have back yet, and the bytes of these blocks.
  [[nodiscard]] std::uint32_t held_replies() const noexcept {
    return users_.load(std::memory_order_relaxed) & ~kOwner;
  }
  [[nodiscard]] std::size_t held_bytes() const noexcept {
    return held_bytes_.load(std::memory_order_relaxed);
  }

  // enter() and leave() count a user that reads or views a reply; hold() and let_go() count its
  // bytes.
  void enter() noexcept { users_.fetch_add(1, std::memory_order_relaxed); }
  void leave() noexcept { drop(1); }
  void hold(std::size_t bytes) noexcept { held_bytes_.fetch_add(bytes, std::memory_order_relaxed); }
  void let_go(std::size_t bytes) noexcept {
    held_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  }

 protected:
  HeldMemory() noexcept = default;
  virtual ~HeldMemory() = default;
  // The owner is gone.
  void disown() noexcept { drop(kOwner); }

 private:
  void drop(std::uint32_t users) noexcept {
    if (users_.fetch_sub(users, std::memory_order_acq_rel) == users) delete this;
  }
  static constexpr std::uint32_t kOwner = 1U << 31U;

  std::atomic<std::size_t> held_bytes_{0};
  std::atomic<std::uint32_t> users_{kOwner};  // the owner, and one for each lease
};

}  // namespace inferpool::ipc
