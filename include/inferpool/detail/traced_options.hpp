// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <inferpool/message.hpp>
#include <inferpool/options.hpp>

namespace inferpool::detail {

// The options of one call, as they count for its input: where they have no traceparent, that of a
// Request which has one among its parameters. Refers to the options; not thread-safe.
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
