// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include <inferpool/detail/part_sink.hpp>

#include "ipc/reply_arena.hpp"
#include "ipc/worker_ring.hpp"

namespace inferpool::worker {

// The parts of one run. Each is published where the reply will be, after the host has taken the one
// before it. Not thread-safe.
class SentParts final : public detail::PartSink {
 public:
  // The request must be started. `limit`: the most bytes of one part. The ring and the arena must
  // outlive this object.
  SentParts(ipc::WorkerRing& ring, std::uint32_t sequence, ipc::ReplyArena& arena,
            std::size_t limit) noexcept
      : ring_(ring), sequence_(sequence), arena_(arena), limit_(limit) {}
  SentParts(const SentParts&) = delete;
  SentParts& operator=(const SentParts&) = delete;

  [[nodiscard]] bool wanted() const noexcept override { return ring_.streams(sequence_); }
  void send(detail::FunctionRef<void(Encoder&)> encode) override;

  // Waits until the last part is taken, or until the caller has left (false). Then the reply may be
  // published.
  bool settle() noexcept;

 private:
  ipc::WorkerRing& ring_;
  std::uint32_t sequence_;
  ipc::ReplyArena& arena_;
  std::size_t limit_;
  std::uint64_t sent_ = 0;
  ipc::ReplyArena::Ticket last_ = {};  // of the last part, which the host may not have taken
};

}  // namespace inferpool::worker
