// SPDX-License-Identifier: Apache-2.0
#include "worker/rights.hpp"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <stdexcept>

#include "core/system_error.hpp"

namespace inferpool::worker {
namespace {

constexpr std::uint32_t bit(int capability) { return std::uint32_t{1} << capability; }

// All of them are in the lower word.
constexpr std::uint32_t kKept = bit(CAP_CHOWN) | bit(CAP_DAC_OVERRIDE) | bit(CAP_DAC_READ_SEARCH) |
                                bit(CAP_FOWNER) | bit(CAP_FSETID) | bit(CAP_IPC_LOCK) |
                                bit(CAP_SYS_NICE);

}  // namespace

void drop_rights() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (syscall(SYS_capget, &header, sets.data()) != 0)
    throw std::runtime_error(core::system_failure("capget", errno));
  const std::uint32_t kept = sets[0].permitted & kKept;
  sets = {};
  sets[0].effective = sets[0].permitted = kept;
  if (syscall(SYS_capset, &header, sets.data()) != 0)
    throw std::runtime_error(core::system_failure("capset", errno));
}

}  // namespace inferpool::worker
