// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/fingerprint.hpp"

#include <algorithm>
#include <cstring>

#include "wire/traceparent.hpp"

namespace inferpool::pool::calls {
namespace {

std::uint64_t word_at(std::span<const std::byte> frame, std::size_t place) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, frame.data() + place, sizeof(word));
  return word;
}

// Calls visit(bytes) for each piece that is not excluded. Ends at a missing block, which went with
// an abandoned run.
template <typename Visit>
void visit_input(const detail::FrameBuffer& frame, const ipc::BlockList& blocks,
                 const Visit& visit) {
  const std::span<const std::byte> all = frame.bytes();
  std::size_t done = all.size() - wire::take_trace(all).rest.size();
  auto block = blocks.begin();
  for (std::size_t i = 0; i < frame.exclusions(); ++i) {
    const auto& exclusion = frame.exclusion(i);
    visit(all.subspan(done, exclusion.begin - done));
    done = exclusion.begin + exclusion.size;
    if (!exclusion.block) continue;
    // Blocks come in the order of their references, with the excluded ones among them.
    block = std::find_if(block, blocks.end(),
                         [&](const auto& b) { return b->offset() == exclusion.offset; });
    if (block == blocks.end()) return;
    const std::uint64_t length = word_at(all, exclusion.begin - sizeof(std::uint64_t));
    visit(std::span<const std::byte>((*block)->data(),
                                     std::min<std::size_t>(length, (*block)->size())));
  }
  visit(all.subspan(done));
}

}  // namespace

std::uint64_t input_size(const detail::FrameBuffer& frame, const ipc::BlockList& blocks) {
  std::uint64_t size = 0;
  visit_input(frame, blocks, [&](std::span<const std::byte> piece) { size += piece.size(); });
  return size;
}

std::uint64_t input_hash(const detail::FrameBuffer& frame, const ipc::BlockList& blocks,
                         const SipHash::Key& key) {
  SipHash hash(key);
  visit_input(frame, blocks, [&](std::span<const std::byte> piece) {
    // The same bytes, cut into other pieces, are another input.
    const std::uint64_t size = piece.size();
    hash.add(std::as_bytes(std::span(&size, 1)));
    hash.add(piece);
  });
  return hash.finish();
}

}  // namespace inferpool::pool::calls
