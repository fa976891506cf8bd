// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <type_traits>
#include <variant>

#include <inferpool/detail/traced_options.hpp>

#include "wire/traceparent.hpp"

namespace inferpool::detail {
namespace {

// The text of a parameter. One that is not a string is invalid, and the error shows this text.
std::string text_of(const Parameter& parameter) {
  return std::visit(
      [](const auto& value) -> std::string {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
          return value;
        } else {
          return std::to_string(value);
        }
      },
      parameter);
}

}  // namespace

TracedOptions::TracedOptions(const InferOptions& options, const Request& request)
    : options_(&options) {
  if (!options.traceparent.empty()) return;
  const auto parameter = request.parameters.find(std::string(wire::kTraceparent));
  if (parameter == request.parameters.end()) return;
  own_ = options;
  own_->traceparent = text_of(parameter->second);
  options_ = &*own_;
}

}  // namespace inferpool::detail
