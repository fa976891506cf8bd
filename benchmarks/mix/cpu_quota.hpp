// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace bench {

// A cgroup of version 1 or 2 that limits the processor time of the processes in it. It is removed
// with the object; by then the processes that were started in it must have ended.
class CpuQuota {
 public:
  // `processors` for each 100 ms. Throws std::runtime_error that says why there can be none here.
  CpuQuota(const std::string& name, double processors);
  ~CpuQuota();
  CpuQuota(const CpuQuota&) = delete;
  CpuQuota& operator=(const CpuQuota&) = delete;

  // Of 100 ms in which the group ran until its quota was used up.
  [[nodiscard]] std::uint64_t throttled_periods() const;

  // While it lives, this process and what it starts is in the group. Throws std::runtime_error.
  class Inside {
   public:
    explicit Inside(const CpuQuota& quota);
    ~Inside();
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    std::filesystem::path before_;
  };

 private:
  std::filesystem::path before_;  // the group of this process
  std::filesystem::path group_;
};

}  // namespace bench
