// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pool/lane.hpp"

namespace inferpool::pool {

// All places for workers, and which of them comes next. Thread-safety: none; the pool's lock guards
// it.
class Lanes {
 public:
  Lanes(int workers, int concurrency);

  Lane& operator[](int index) noexcept { return lanes_[static_cast<std::size_t>(index)]; }
  const Lane& operator[](int index) const noexcept {
    return lanes_[static_cast<std::size_t>(index)];
  }
  auto begin() noexcept { return lanes_.begin(); }
  auto end() noexcept { return lanes_.end(); }
  [[nodiscard]] auto begin() const noexcept { return lanes_.begin(); }
  [[nodiscard]] auto end() const noexcept { return lanes_.end(); }
  [[nodiscard]] std::size_t size() const noexcept { return lanes_.size(); }

  // Workers that are ready.
  [[nodiscard]] int live() const noexcept;
  // Calls that were posted ahead.
  [[nodiscard]] std::size_t ahead() const noexcept;

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
  std::uint64_t uses_ = 0;
};

}  // namespace inferpool::pool
