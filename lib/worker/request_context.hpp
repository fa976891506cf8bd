// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include <inferpool/model.hpp>

#include "ipc/layout.hpp"
#include "ipc/reply_arena.hpp"

namespace inferpool::worker {

// What a model can ask about the request in one slot of the ring.
class RequestContext final : public Context {
 public:
  // The slot, the text and the arena must outlive the context.
  RequestContext(const ipc::RequestSlot& slot, std::string_view traceparent, ipc::ReplyArena& arena,
                 std::size_t max_payload) noexcept
      : Context(traceparent), slot_(slot), arena_(arena), max_payload_(max_payload) {}

  using Context::output;
  Tensor output(Datatype datatype, const Shape& shape) override;
  bool cancelled() const noexcept override;
  std::optional<std::chrono::steady_clock::time_point> deadline() const noexcept override;

 private:
  const ipc::RequestSlot& slot_;
  ipc::ReplyArena& arena_;
  std::size_t max_payload_;
};

}  // namespace inferpool::worker
