// SPDX-License-Identifier: Apache-2.0
#include "restart/host_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

namespace bench {
namespace {

constexpr std::size_t kKibi = 1024;

// The number in the file; if it has none, the largest number, which means no limit.
std::size_t number_in(const char* path) {
  std::ifstream file(path);
  std::size_t value = 0;
  return file >> value ? value : std::numeric_limits<std::size_t>::max();
}

std::size_t available_bytes() {
  std::ifstream file("/proc/meminfo");
  std::string name;
  std::size_t kibibytes = 0;
  for (std::string unit; file >> name >> kibibytes; std::getline(file, unit))
    if (name == "MemAvailable:") return kibibytes * kKibi;
  return 0;
}

}  // namespace

HostMemory::HostMemory(std::size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  data_ = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data_ == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  madvise(data_, bytes, MADV_NOHUGEPAGE);
  std::memset(data_, 1, bytes);
}

HostMemory::~HostMemory() {
  if (data_ != nullptr) munmap(data_, bytes_);
}

std::size_t HostMemory::free_bytes() {
  const std::size_t limit = number_in("/sys/fs/cgroup/memory.max");
  const std::size_t used = number_in("/sys/fs/cgroup/memory.current");
  const std::size_t allowed =
      limit == std::numeric_limits<std::size_t>::max() ? limit : limit - std::min(limit, used);
  return std::min(available_bytes(), allowed);
}

Instrument free_memory() {
  constexpr std::size_t kTaken = 256;  // MiB
  const auto taken = std::make_shared<std::optional<HostMemory>>();
  return {"free memory",
          [taken](const Instrument::Code& code) {
            const auto before = static_cast<double>(HostMemory::free_bytes());
            code();
            const auto after = static_cast<double>(HostMemory::free_bytes());
            taken->reset();
            return (before - after) / (kKibi * kKibi);
          },
          {[taken] { taken->emplace(kTaken * kKibi * kKibi); }, kTaken / 2, 8 * kTaken}};
}

}  // namespace bench
