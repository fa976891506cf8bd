// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <stop_token>

#include <inferpool/detail/storage.hpp>
#include <inferpool/model.hpp>
#include <inferpool/options.hpp>

#include "core/clock.hpp"
#include "pool/calls/call_deadline.hpp"
#include "wire/payload_limit.hpp"

namespace inferpool::pool::calls {

// The context of a model that runs in its caller's thread. Outputs are on the heap.
class CallerContext final : public Context {
 public:
  // The options must outlive it.
  CallerContext(const core::Deadline& deadline, const InferOptions& options,
                std::size_t max_payload) noexcept
      : Context(options.traceparent.text()),
        deadline_(deadline),
        stop_(options.stop),
        max_payload_(max_payload) {}

  using Context::output;
  Tensor output(Datatype datatype, const Shape& shape) override {
    const std::size_t size = detail::TensorAccess::byte_size(datatype, shape);
    wire::check_payload("an output", size, max_payload_);
    return detail::TensorAccess::make(datatype, shape, detail::heap_storage(size), size);
  }
  bool cancelled() const noexcept override { return why_over(stop_, deadline_).has_value(); }
  core::Deadline deadline() const noexcept override { return deadline_; }

 private:
  core::Deadline deadline_;
  std::stop_token stop_;
  std::size_t max_payload_;
};

}  // namespace inferpool::pool::calls
