// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include <inferpool/detail/frame.hpp>

#include "ipc/block_list.hpp"
#include "ipc/segment.hpp"

namespace inferpool::ipc {

// Opens the blocks of one request after the other for one thread of a worker: read-only views of
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

  // Gives the tensors that the model kept bytes of their own. Call it before the reply is
  // published; then the blocks of the next request may be opened. Ends the process if there is no
  // memory.
  void detach() noexcept;

 private:
  class View;
  static constexpr std::size_t kMostReusable = 64;

  const Mapping& requests_;
  BlockList opened_;
  BlockList reusable_;  // views for the next request, which nobody else has
};

}  // namespace inferpool::ipc
