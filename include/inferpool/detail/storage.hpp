// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace inferpool::detail {

// The bytes behind a Tensor that is too large to hold them itself: heap, the caller's own memory,
// or a block of a shared-memory region. StorageRef counts its references; the last one disposes of
// it. Thread-safety: counting and reading are safe from any thread; only the thread that serves the
// request calls freeze() and detach().
class Storage {
 public:
  Storage(std::byte* data, std::size_t size, bool read_only) noexcept
      : data_(data), size_(size), read_only_(read_only) {}
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  virtual ~Storage() = default;

  [[nodiscard]] std::byte* data() const noexcept { return data_.load(std::memory_order_acquire); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  // True if there is one reference, and its holder may write the bytes.
  [[nodiscard]] bool writable() const noexcept {
    return !read_only_.load(std::memory_order_relaxed) && references() == 1;
  }

  // From now on nobody may write the bytes: they were sent.
  void freeze() noexcept { read_only_.store(true, std::memory_order_relaxed); }

  // Copies the bytes into memory of the storage's own, because their lender is about to reuse them.
  // All tensors that share them see the copy. Does nothing if the bytes are its own already.
  virtual void detach() {}

  // The shared-memory region of the bytes (an identity, never dereferenced), or null; and their
  // offset in it.
  [[nodiscard]] const void* region() const noexcept { return region_; }
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }

  [[nodiscard]] std::uint32_t references() const noexcept {
    return references_.load(std::memory_order_acquire);
  }

 protected:
  // Called when nothing refers to it any more. A storage that is reused overrides it.
  virtual void dispose() noexcept { delete this; }

  void set_data(std::byte* data) noexcept { data_.store(data, std::memory_order_release); }
  void set_region(const void* region, std::uint64_t offset) noexcept {
    region_ = region;
    offset_ = offset;
  }
  // Makes a storage that is reused as new, with other bytes. Requires that nothing refers to it.
  void renew(std::byte* data, std::size_t size, bool read_only) noexcept {
    data_.store(data, std::memory_order_relaxed);
    size_ = size;
    read_only_.store(read_only, std::memory_order_relaxed);
  }

 private:
  friend class StorageRef;
  std::atomic<std::byte*> data_;
  std::size_t size_;
  const void* region_ = nullptr;
  std::uint64_t offset_ = 0;
  std::atomic<std::uint32_t> references_{0};
  std::atomic<bool> read_only_;
};

// A counted reference to a Storage, or none.
class StorageRef {
 public:
  StorageRef() noexcept = default;
  // The first reference to the storage: nothing else refers to it yet.
  explicit StorageRef(Storage* storage) noexcept : storage_(storage) {
    if (storage_ != nullptr) storage_->references_.store(1, std::memory_order_relaxed);
  }
  StorageRef(const StorageRef& other) noexcept : storage_(other.storage_) { retain(); }
  StorageRef(StorageRef&& other) noexcept : storage_(std::exchange(other.storage_, nullptr)) {}
  StorageRef& operator=(StorageRef other) noexcept {
    std::swap(storage_, other.storage_);
    return *this;
  }
  ~StorageRef() { release(); }

  [[nodiscard]] Storage* get() const noexcept { return storage_; }
  Storage* operator->() const noexcept { return storage_; }
  explicit operator bool() const noexcept { return storage_ != nullptr; }

 private:
  void retain() const noexcept {
    if (storage_ != nullptr) storage_->references_.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept {
    if (storage_ == nullptr) return;
    // A single reference has nobody to race with, so this needs no locked instruction.
    if (storage_->references() == 1 ||
        storage_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      storage_->dispose();
    }
  }
  Storage* storage_ = nullptr;
};

// `size` uninitialised bytes of heap, aligned to 64. Throws std::bad_alloc.
[[nodiscard]] StorageRef heap_storage(std::size_t size);

// Bytes that the caller owns, and keeps unchanged while the storage lives or until detach().
[[nodiscard]] StorageRef borrowed_storage(const std::byte* data, std::size_t size);

}  // namespace inferpool::detail
