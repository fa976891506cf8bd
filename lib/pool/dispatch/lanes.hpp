// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pool/dispatch/lane.hpp"

namespace inferpool::pool::dispatch {

// All places for workers, and which of them comes next; and one beside them for the worker that
// retires, which gets nothing new. Thread-safety: none; the pool's lock guards it.
class Lanes {
 public:
  Lanes(int workers, int concurrency);

  Lane& operator[](int index) noexcept { return lanes_[static_cast<std::size_t>(index)]; }
  const Lane& operator[](int index) const noexcept {
    return lanes_[static_cast<std::size_t>(index)];
  }
  // Those in rotation: the one that retires is not among them.
  auto begin() noexcept { return lanes_.begin(); }
  auto end() noexcept { return lanes_.end() - 1; }
  [[nodiscard]] auto begin() const noexcept { return lanes_.begin(); }
  [[nodiscard]] auto end() const noexcept { return lanes_.end() - 1; }
  [[nodiscard]] std::size_t size() const noexcept { return lanes_.size() - 1; }
  // With the one that retires, which is the last.
  [[nodiscard]] std::span<Lane> all() noexcept { return lanes_; }

  // The worker of this place goes to the lane of the one that retires, which must be empty.
  Lane& retire(int index) noexcept;
  [[nodiscard]] Lane& retiring() noexcept { return lanes_.back(); }
  [[nodiscard]] const Lane& retiring() const noexcept { return lanes_.back(); }
  // Of the worker in this lane: the index it was started with.
  [[nodiscard]] int worker_index(int lane) const noexcept {
    return static_cast<std::size_t>(lane) < size() ? lane : retiring_index_;
  }

  // Workers that are ready.
  [[nodiscard]] int live() const noexcept;
  // For each place what its worker served and runs; the one that retires comes after the last, and
  // only where there is one.
  void count(std::span<WorkerStats> workers) const noexcept;
  // Calls that were posted ahead.
  [[nodiscard]] std::size_t ahead() const noexcept;
  // Calls that were seen to be answered, and whose answer nobody has read.
  [[nodiscard]] int over() const noexcept;
  // Whether somebody waits for a call that a worker has and has not answered.
  [[nodiscard]] bool awaited() const noexcept;

  // The worker that would run one more request at once: of those the least busy, of these the one
  // that served last. Null: there is none.
  Lane* free() noexcept;
  // One that would take a request ahead, or null.
  Lane* to_post_ahead() noexcept;
  // Throws late answers away.
  void collect_late() noexcept;
  // The answer of a call in a lane was read.
  void collected(Lane& lane, const Call& call) noexcept { lane.collected(call, ++uses_); }

 private:
  std::vector<Lane> lanes_;
  int retiring_index_ = -1;
  std::uint64_t uses_ = 0;
};

}  // namespace inferpool::pool::dispatch
