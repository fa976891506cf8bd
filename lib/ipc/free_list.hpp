// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace inferpool::ipc {

// Keeps the objects that represent blocks for the next message: enough of them that usual messages
// allocate nothing. T has a member `std::unique_ptr<T> next_free`. Not thread-safe.
template <typename T>
class FreeList {
 public:
  static constexpr std::size_t kMost = 64;

  FreeList() = default;
  FreeList(const FreeList&) = delete;
  FreeList& operator=(const FreeList&) = delete;
  ~FreeList() {  // one by one: a chain that destroys itself would recurse once per object
    while (take()) continue;
  }

  // Null where there is none.
  std::unique_ptr<T> take() noexcept {
    if (!first_) return nullptr;
    std::unique_ptr<T> taken = std::exchange(first_, std::move(first_->next_free));
    --count_;
    return taken;
  }

  // Returns the object, for the caller to destroy, if enough are kept already.
  [[nodiscard]] std::unique_ptr<T> keep(std::unique_ptr<T> object) noexcept {
    if (count_ == kMost) return object;
    object->next_free = std::move(first_);
    first_ = std::move(object);
    ++count_;
    return nullptr;
  }

 private:
  std::unique_ptr<T> first_;
  std::size_t count_ = 0;
};

}  // namespace inferpool::ipc
