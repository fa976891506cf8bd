// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <cstddef>
#include <memory>

#include <boost/interprocess/mapped_region.hpp>

#include "core/file_descriptor.hpp"

namespace inferpool::ipc {

enum class Access { kReadOnly, kReadWrite };

// An anonymous memory file (memfd): no name in any file system, so nothing is left when its users
// are gone. Sealed against shrinking and growing, so no other process can make an access fault.
// Sparse: untouched pages take no memory. Throws std::runtime_error that names the system call.
class MemoryFile {
 public:
  static MemoryFile create(const char* label, std::size_t size);
  // A file that another process made; throws if it is not sealed or has another size.
  static MemoryFile adopt(core::FileDescriptor fd, std::size_t size);

  // A second descriptor of the same memory, through which it can be neither written nor mapped
  // writable.
  [[nodiscard]] core::FileDescriptor read_only() const;
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  // Gives the pages of that range back to the system; they read as zero.
  void punch(std::size_t offset, std::size_t length) const noexcept;

 private:
  MemoryFile(core::FileDescriptor fd, std::size_t size) noexcept
      : fd_(std::move(fd)), size_(size) {}
  core::FileDescriptor fd_;
  std::size_t size_;
};

// A mapping of a whole memory file. A fork of the process does not inherit it: a fork without exec
// must not talk to the pool's workers. No core dump contains it.
class Mapping {
 public:
  Mapping(const MemoryFile& file, Access access);
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();

  [[nodiscard]] std::byte* data() const noexcept {
    return static_cast<std::byte*>(region_.get_address());
  }
  [[nodiscard]] std::size_t size() const noexcept { return region_.get_size(); }

  // Brings the first `length` bytes into memory and into this process's page table; best effort.
  void populate(std::size_t length, Access access) const noexcept;

 private:
  pid_t owner_ = getpid();
  union {  // not destroyed in a fork, where these addresses may belong to another mapping
    boost::interprocess::mapped_region region_;
  };
};

}  // namespace inferpool::ipc
