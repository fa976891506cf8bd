// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <inferpool/detail/frame.hpp>

#include "ipc/block_list.hpp"
#include "pool/calls/sip_hash.hpp"

namespace inferpool::pool::calls {

// By which an input is known again: the bytes of its values with their types and shapes, wherever
// its blocks lie. Not what each sending has anew: the trace, a Request's id and its parameter
// "traceparent", and what else a codec excludes.
struct Fingerprint {
  std::uint64_t size = 0;
  std::uint64_t hash = 0;
  bool operator==(const Fingerprint&) const = default;
};

// Of a request's frame and the blocks to which it refers, in the order of its references. Reads the
// frame and the length of each block, not the blocks.
[[nodiscard]] std::uint64_t input_size(const detail::FrameBuffer& frame,
                                       const ipc::BlockList& blocks);

// Reads every byte. The owner of the blocks must not change them meanwhile, as long as
// the call is under way. Inputs may be anybody's: who does not know the key cannot make one that
// has the hash of another.
[[nodiscard]] std::uint64_t input_hash(const detail::FrameBuffer& frame,
                                       const ipc::BlockList& blocks, const SipHash::Key& key);

}  // namespace inferpool::pool::calls
