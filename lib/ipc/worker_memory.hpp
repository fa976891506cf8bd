// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "ipc/fork_guard.hpp"
#include "ipc/held_memory.hpp"
#include "ipc/host_ring.hpp"
#include "ipc/layout.hpp"
#include "ipc/reply_lease.hpp"
#include "ipc/segment.hpp"

namespace inferpool::ipc {

// The host's side of the two regions of one worker process. Never reused for another process: after
// the worker's death all of it is dropped, once no output views it any more. Lives as long as the
// pointer, and while one of its replies is read or viewed. Thread-safety: safe from many threads;
// ring() as HostRing.
class WorkerMemory final : public HeldMemory {
 public:
  // Throws std::runtime_error that names the system call.
  static std::shared_ptr<WorkerMemory> create(std::size_t reply_bytes);

  [[nodiscard]] HostRing& ring() noexcept { return ring_; }
  [[nodiscard]] const MemoryFile& control_file() const noexcept { return control_file_; }
  [[nodiscard]] const MemoryFile& reply_file() const noexcept { return reply_file_; }
  [[nodiscard]] const std::byte* replies() const noexcept { return replies_.data(); }
  [[nodiscard]] std::size_t reply_bytes() const noexcept { return replies_.size(); }

  // Ignores a ticket that does not exist. Does nothing in a fork of the host, which may drop the
  // outputs that it inherited.
  void release(std::uint32_t ticket, std::uint32_t generation) noexcept override;

  // The hold on a reply with blocks. Throws std::bad_alloc.
  ReplyLease& lease(std::uint32_t ticket, std::uint32_t generation) {
    return leases_.take(*this, ticket, generation);
  }

  // More than half of the replies' memory, or of the tickets, is held: outputs are copied instead
  // of viewed.
  [[nodiscard]] bool scarce() const noexcept;

 private:
  explicit WorkerMemory(std::size_t reply_bytes);
  ~WorkerMemory() override = default;
  Control& control() const noexcept { return *reinterpret_cast<Control*>(control_.data()); }

  ForkGuard guard_;
  MemoryFile control_file_;
  MemoryFile reply_file_;
  Mapping control_;
  Mapping replies_;
  HostRing ring_;
  ReplyLeases leases_;
};

}  // namespace inferpool::ipc
