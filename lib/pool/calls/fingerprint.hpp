// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <inferpool/detail/frame.hpp>

#include "ipc/block_list.hpp"
#include "pool/calls/sip_hash.hpp"

namespace inferpool::pool::calls {

// Identifies an input: the bytes of its values with their types and shapes, wherever its blocks
// lie. What differs between two sendings is excluded: the trace, a Request's id and its parameter
// "traceparent", and what else a codec excludes.
struct Fingerprint {
  std::uint64_t size = 0;
  std::uint64_t hash = 0;
  bool operator==(const Fingerprint&) const = default;
};

// The size for a request's frame and the blocks to which it refers, in the order of its references.
// Reads the frame and the length of each block, but not the blocks.
[[nodiscard]] std::uint64_t input_size(const detail::FrameBuffer& frame,
                                       const ipc::BlockList& blocks);

// The hash for the same. Reads every byte, so the owner of the blocks must not change them while
// the call is under way. Inputs may come from anywhere: without the key, nobody can make an input
// with the hash of another.
[[nodiscard]] std::uint64_t input_hash(const detail::FrameBuffer& frame,
                                       const ipc::BlockList& blocks, const SipHash::Key& key);

}  // namespace inferpool::pool::calls
