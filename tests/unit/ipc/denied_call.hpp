// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace inferpool::test {

// From now on the system call fails with this error in this process, as on a kernel that lacks it
// or under a filter that forbids it. If `argument` is given, it fails only with that third
// argument. False: this system has no filters.
inline bool deny_call(long number, int error, const std::uint32_t* argument = nullptr) {
  const auto load = [](std::size_t offset) {
    return sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)};
  };
  const auto unless_equal_skip = [](std::uint32_t value, std::uint8_t count) {
    return sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, count, value};
  };
  std::array filter{
      load(offsetof(seccomp_data, nr)),
      unless_equal_skip(static_cast<std::uint32_t>(number), 3),
      load(offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t)),
      argument != nullptr ? unless_equal_skip(*argument, 1)
                          : sock_filter{BPF_JMP | BPF_JA, 0, 0, 0},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace inferpool::test
