// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace inferpool {

// A caller's position in a trace, or none. The form is that of the HTTP header of W3C Trace
// Context: 00-<32 hex digits>-<16 hex digits>-<2 hex digits> in lower case, neither id all zeros.
// This class takes any text; the call that gets it checks it. A plain value that refers to nothing.
class Traceparent {
 public:
  static constexpr std::size_t kMost = 80;  // bytes that are kept; more than any valid text has

  Traceparent() = default;
  template <std::convertible_to<std::string_view> Text>
  Traceparent(const Text& text) noexcept {
    if constexpr (std::is_pointer_v<Text>) {
      if (text == nullptr) return;  // a header that did not come
    }
    const std::string_view view = text;
    size_ = view.copy(text_.data(), kMost);
  }

  [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

 private:
  // Not a std::string: g++ 12 destroys the members of a braced InferOptions in a co_await twice.
  std::array<char, kMost> text_ = {};
  std::size_t size_ = 0;
};

}  // namespace inferpool
