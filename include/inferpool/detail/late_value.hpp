// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

namespace inferpool::detail {

// A value that comes later, or never. Unlike std::optional, it is made in place without a move, and
// nothing is written before: g++ clears all bytes of an empty std::optional, which for a Tensor are
// as many as its round trip to a worker moves.
template <typename T>
class LateValue {
 public:
  LateValue() noexcept {}
  LateValue(const LateValue&) = delete;
  LateValue& operator=(const LateValue&) = delete;
  ~LateValue() {
    if (made_) std::destroy_at(&value_);
  }

  // `make` returns the value. Call it at most once.
  template <typename Make>
  void make(Make&& make) {
    ::new (static_cast<void*>(&value_)) T(std::forward<Make>(make)());
    made_ = true;
  }
  // Requires that make() was called.
  [[nodiscard]] T& operator*() noexcept { return value_; }

 private:
  union {
    T value_;
  };
  bool made_ = false;
};

}  // namespace inferpool::detail
