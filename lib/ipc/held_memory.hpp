// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace inferpool::ipc {

// What the host holds of a worker's memory: lives as long as its owner, and as each reply of it
// that is read or viewed. Thread-safety: safe from many threads.
class HeldMemory {
 public:
  HeldMemory(const HeldMemory&) = delete;
  HeldMemory& operator=(const HeldMemory&) = delete;

  // The host is done with the reply that holds this ticket.
  virtual void release(std::uint32_t ticket, std::uint32_t generation) noexcept = 0;

  // What the worker does not have back yet: replies with blocks, and the bytes of these.
  [[nodiscard]] std::uint32_t held_replies() const noexcept {
    return users_.load(std::memory_order_relaxed) & ~kOwner;
  }
  [[nodiscard]] std::size_t held_bytes() const noexcept {
    return held_bytes_.load(std::memory_order_relaxed);
  }

  // For whoever reads or views a reply, and for so many bytes of it.
  void enter() noexcept { users_.fetch_add(1, std::memory_order_relaxed); }
  void leave() noexcept { drop(1); }
  void hold(std::size_t bytes) noexcept { held_bytes_.fetch_add(bytes, std::memory_order_relaxed); }
  void let_go(std::size_t bytes) noexcept {
    held_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  }

 protected:
  HeldMemory() noexcept = default;
  virtual ~HeldMemory() = default;
  // The owner has gone.
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
