// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <inferpool/model.hpp>

namespace inferpool::test {

// Answers with the characters of the traceparent that came with the input.
struct Tracer {
  explicit Tracer(const Settings& /*settings*/) {}
  Tensor predict(const Tensor& /*input*/, Context& context) {
    const std::string_view text = context.traceparent();
    return Tensor::from(std::vector<std::uint8_t>(text.begin(), text.end()),
                        {static_cast<std::int64_t>(text.size())});
  }
};

inline std::string text_of(const Tensor& traced) {
  const auto characters = traced.values<std::uint8_t>();
  return {characters.begin(), characters.end()};
}

}  // namespace inferpool::test
