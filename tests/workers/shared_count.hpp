// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace inferpool::test {

// A number in a file, which several processes count up; what one has counted outlives it.
class SharedCount {
 public:
  using Number = std::atomic<std::uint64_t>;

  // Makes the file where there is none: 0.
  explicit SharedCount(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ::ftruncate(fd, sizeof(Number)) != 0)
      throw std::runtime_error("no count in " + path);
    void* const mapped = ::mmap(nullptr, sizeof(Number), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    if (mapped == MAP_FAILED) throw std::runtime_error(path + " cannot be mapped");
    number_ = static_cast<Number*>(mapped);
  }
  SharedCount(const SharedCount&) = delete;
  SharedCount& operator=(const SharedCount&) = delete;
  ~SharedCount() { ::munmap(number_, sizeof(Number)); }

  [[nodiscard]] Number& number() const noexcept { return *number_; }

 private:
  Number* number_ = nullptr;
};

}  // namespace inferpool::test
