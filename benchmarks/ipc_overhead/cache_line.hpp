// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ipc_overhead/child.hpp"
#include "ipc_overhead/peer.hpp"
#include "ipc_overhead/shared_word.hpp"

namespace bench {

// The floor of a hot round trip: one word in one cache line goes there and back between two
// processes that spin. Between slices the other process sleeps. It sends only the word.
class CacheLine {
 public:
  explicit CacheLine(const CorePair& cores);

  void work(Nanoseconds slice, Samples& samples);

 private:
  void answer() const;
  void round_trip() noexcept;

  SharedWords words_;
  std::uint32_t turn_ = 0;  // odd: asked; even: answered
  Child child_;
};

}  // namespace bench
