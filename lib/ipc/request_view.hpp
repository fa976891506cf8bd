// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include <inferpool/detail/frame.hpp>

#include "ipc/block_list.hpp"
#include "ipc/segment.hpp"

namespace inferpool::ipc {

// The blocks of one request after the other, as a thread of a worker sees them: read-only views of
// the host's memory, which the host reuses once it has the reply. Not thread-safe.
class RequestView final : public detail::BlockSource {
 public:
  explicit RequestView(const Mapping& requests) noexcept : requests_(requests) {}
  RequestView(const RequestView&) = delete;
  RequestView& operator=(const RequestView&) = delete;
  ~RequestView() override { detach(); }

  detail::StorageRef open(const detail::BlockRef& block, bool fixed_width) override;
  [[nodiscard]] std::span<const std::byte> in_place(const detail::BlockRef& block) const override {
    return bytes(block.offset, block.length);
  }
  [[nodiscard]] std::span<const std::byte> bytes(std::uint64_t offset, std::uint64_t length) const;

  // Tensors that the model kept get bytes of their own. To be called before the reply is published;
  // then the blocks of the next request may be opened. Ends the process where there is no memory.
  void detach() noexcept;

 private:
  class View;
  static constexpr std::size_t kMostReusable = 64;

  const Mapping& requests_;
  BlockList opened_;
  BlockList reusable_;  // views that nobody else has, for the next request
};

}  // namespace inferpool::ipc
