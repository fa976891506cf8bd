// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <limits>
#include <new>

#include <inferpool/detail/storage.hpp>

namespace inferpool::detail {
namespace {

constexpr std::align_val_t kAlignment{64};
constexpr std::size_t kHeader = 64;

// The object and its bytes, which follow it, are one allocation.
class HeapStorage final : public Storage {
 public:
  HeapStorage(std::byte* data, std::size_t size) noexcept : Storage(data, size, false) {}
  static void operator delete(void* allocation) noexcept {
    ::operator delete(allocation, kAlignment);
  }
};
static_assert(sizeof(HeapStorage) <= kHeader);

class BorrowedStorage final : public Storage {
 public:
  // The storage is read-only, so the const_cast lets nobody write the bytes.
  BorrowedStorage(const std::byte* data, std::size_t size) noexcept
      : Storage(const_cast<std::byte*>(data), size, true) {}

  void detach() override {
    if (own_) return;
    own_ = heap_storage(size());
    if (size() != 0) std::memcpy(own_->data(), data(), size());
    set_data(own_->data());
  }

 private:
  StorageRef own_;
};

}  // namespace

StorageRef heap_storage(std::size_t size) {
  if (size > std::numeric_limits<std::size_t>::max() - kHeader) throw std::bad_alloc();
  void* const allocation = ::operator new(kHeader + size, kAlignment);
  return StorageRef(::new (allocation)
                        HeapStorage(static_cast<std::byte*>(allocation) + kHeader, size));
}

StorageRef borrowed_storage(const std::byte* data, std::size_t size) {
  return StorageRef(new BorrowedStorage(data, size));
}

}  // namespace inferpool::detail
