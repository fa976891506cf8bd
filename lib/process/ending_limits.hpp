// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <array>
#include <string>

#include "process/exit_status.hpp"

namespace inferpool::process {

// The limits of another process (setrlimit) for which the system may end it, or keep it from
// starting.
class EndingLimits {
 public:
  // Its current limits. It may have ended, if it is not reaped yet. No limits if the system does
  // not tell.
  static EndingLimits of(pid_t pid) noexcept;

  // The limit that explains this end, with its value, as the end of a sentence: "; RLIMIT_CPU (...)
  // lets it compute for 1 s: raise it". For any other failure low(); empty after a success.
  [[nodiscard]] std::string behind(const ExitStatus& status) const;
  // The limits that are low, as the end of a sentence; empty if none is. Any limit of memory counts
  // as low; one of descriptors or stack only if it hardly suffices.
  [[nodiscard]] std::string low() const;

 private:
  enum Kind { kCpu, kRealTime, kFileSize, kAddressSpace, kData, kStack, kDescriptors, kKinds };
  [[nodiscard]] bool limited(Kind kind) const noexcept;

  std::array<rlimit, kKinds> limits_{};
};

}  // namespace inferpool::process
