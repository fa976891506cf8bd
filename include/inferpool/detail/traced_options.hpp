// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <inferpool/message.hpp>
#include <inferpool/options.hpp>

namespace inferpool::detail {

// The options of one call. If they have no traceparent, it is taken from the parameters of a
// Request. Refers to the options; not thread-safe.
class TracedOptions {
 public:
  template <typename Input>
  TracedOptions(const InferOptions& options, const Input& /*input*/) noexcept
      : options_(&options) {}
  TracedOptions(const InferOptions& options, const Request& request);
  TracedOptions(const TracedOptions&) = delete;
  TracedOptions& operator=(const TracedOptions&) = delete;

  operator const InferOptions&() const noexcept { return *options_; }

 private:
  std::optional<InferOptions> own_ = {};
  const InferOptions* options_;
};

}  // namespace inferpool::detail
