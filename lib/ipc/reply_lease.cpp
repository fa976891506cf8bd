// SPDX-License-Identifier: Apache-2.0
#include "ipc/reply_lease.hpp"

#include <bit>
#include <functional>

#include "ipc/worker_memory.hpp"

namespace inferpool::ipc {

ReplyLease::ReplyLease() noexcept : first_(*this) {}

void ReplyLease::open(WorkerMemory& memory, std::uint32_t ticket,
                      std::uint32_t generation) noexcept {
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
  memory_->held_bytes_.fetch_add(length, std::memory_order_relaxed);
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
  // As StorageRef: a single user has nobody to race with.
  if (users_.load(std::memory_order_acquire) == 1 ||
      users_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    end();
  }
}

void ReplyLease::end() noexcept {
  WorkerMemory& memory = *memory_;
  if (bytes_ != 0) memory.held_bytes_.fetch_sub(bytes_, std::memory_order_relaxed);
  memory.release(ticket_, generation_);
  memory.leases_.give_back(*this);
  memory.leave();
}

void ReplyLease::View::dispose() noexcept {
  ReplyLease& lease = lease_;
  if (this != &lease.first_) delete this;
  lease.drop();
}

ReplyLease& ReplyLeases::take(WorkerMemory& memory, std::uint32_t ticket,
                              std::uint32_t generation) {
  std::uint64_t spare = spare_.load(std::memory_order_relaxed);
  while (spare != 0 &&
         !spare_.compare_exchange_weak(spare, spare & (spare - 1), std::memory_order_acquire)) {
  }
  ReplyLease& lease =
      spare != 0 ? leases_[static_cast<std::size_t>(std::countr_zero(spare))] : *new ReplyLease;
  lease.open(memory, ticket, generation);
  return lease;
}

void ReplyLeases::give_back(ReplyLease& lease) noexcept {
  const ReplyLease* const first = leases_.data();
  if (std::less<>()(&lease, first) || !std::less<>()(&lease, first + leases_.size())) {
    delete &lease;
    return;
  }
  spare_.fetch_or(std::uint64_t{1} << static_cast<std::size_t>(&lease - first),
                  std::memory_order_release);
}

}  // namespace inferpool::ipc
