// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ipc_overhead/child.hpp"
#include "ipc_overhead/peer.hpp"
#include "ipc_overhead/shared_word.hpp"

namespace bench {

// The floor of a cold round trip: each process sleeps on a futex until the other one wakes it.
class ParkedFutex {
 public:
  explicit ParkedFutex(const CorePair& cores);

  void work(Nanoseconds slice, Samples& samples);

 private:
  SharedWords words_;
  std::uint32_t turn_ = 0;
  Child child_;
};

}  // namespace bench
