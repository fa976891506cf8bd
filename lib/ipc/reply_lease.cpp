// SPDX-License-Identifier: Apache-2.0
#include "ipc/reply_lease.hpp"

#include <bit>
#include <functional>

namespace inferpool::ipc {

ReplyLease::ReplyLease() noexcept : first_(*this) {}

void ReplyLease::open(ReplyLeases& home, HeldMemory& memory, std::uint32_t ticket,
                      std::uint32_t generation) noexcept {
  home_ = &home;
  memory_ = &memory;
  ticket_ = ticket;
  generation_ = generation;
  bytes_ = 0;
  viewed_ = 0;
  users_.store(kReader, std::memory_order_relaxed);
  memory_->enter();
}

void ReplyLease::count(std::size_t length) noexcept {
  bytes_ += length;
  memory_->hold(length);
}

detail::StorageRef ReplyLease::view(const std::byte* data, std::size_t size) {
  View* const view = viewed_ == 0 ? &first_ : new View(*this);
  ++viewed_;
  view->renew(const_cast<std::byte*>(data), size, true);
  return detail::StorageRef(view);
}

void ReplyLease::close() noexcept {
  const std::uint32_t reader = kReader - viewed_;
  if (viewed_ == 0 || users_.fetch_sub(reader, std::memory_order_acq_rel) == reader) end();
}

void ReplyLease::drop() noexcept {
  // As in StorageRef: a single user has nobody to race with.
  if (users_.load(std::memory_order_acquire) == 1 ||
      users_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    end();
  }
}

void ReplyLease::end() noexcept {
  HeldMemory& memory = *memory_;
  if (bytes_ != 0) memory.let_go(bytes_);
  memory.release(ticket_, generation_);
  home_->give_back(*this);
  memory.leave();
}

void ReplyLease::View::dispose() noexcept {
  ReplyLease& lease = lease_;
  if (this != &lease.first_) delete this;
  lease.drop();
}

ReplyLease& ReplyLeases::take(HeldMemory& memory, std::uint32_t ticket, std::uint32_t generation) {
  std::uint64_t free_leases = free_leases_.load(std::memory_order_relaxed);
  while (free_leases != 0 &&
         !free_leases_.compare_exchange_weak(free_leases, free_leases & (free_leases - 1),
                                             std::memory_order_acquire)) {
  }
  ReplyLease& lease = free_leases != 0
                          ? leases_[static_cast<std::size_t>(std::countr_zero(free_leases))]
                          : *new ReplyLease;
  lease.open(*this, memory, ticket, generation);
  return lease;
}

void ReplyLeases::give_back(ReplyLease& lease) noexcept {
  const ReplyLease* const first = leases_.data();
  if (std::less<>()(&lease, first) || !std::less<>()(&lease, first + leases_.size())) {
    delete &lease;
    return;
  }
  free_leases_.fetch_or(std::uint64_t{1} << static_cast<std::size_t>(&lease - first),
                        std::memory_order_release);
}

}  // namespace inferpool::ipc
