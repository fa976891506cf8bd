// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "ipc_overhead/child.hpp"
#include "ipc_overhead/peer.hpp"
#include "ipc_overhead/shared_word.hpp"
#include "measure/shared_bytes.hpp"

namespace bench {

// The floor of a payload that is copied: the caller copies it into shared memory, a process on the
// other core copies it into a reply there, and the caller copies that out. Both spin on a word.
// Between slices the other process sleeps.
class Crossing {
 public:
  // `most`: bytes of the largest payload, below 4 GiB.
  Crossing(const CorePair& cores, std::size_t most);

  void work(std::size_t bytes, Nanoseconds slice, Samples& samples);

 private:
  void answer() const;
  void round_trip() noexcept;

  SharedWords words_;  // the turn; the bytes of a payload
  SharedBytes request_;
  SharedBytes reply_;
  std::vector<char> source_;
  std::vector<char> result_;
  std::size_t bytes_ = 0;
  std::uint32_t turn_ = 0;  // odd: asked; even: answered
  Child child_;
};

}  // namespace bench
