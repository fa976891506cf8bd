// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <array>
#include <string>

#include "process/exit_status.hpp"

namespace inferpool::process {

// The limits of another process (setrlimit) by which the system may end it, or keep it from
// starting.
class EndingLimits {
 public:
  // As they are; of a process that has ended, too, until it is reaped. None known where the system
  // does not tell.
  static EndingLimits of(pid_t pid) noexcept;

  // Which of them explains such an end, with its figure, as the end of a sentence: "; RLIMIT_CPU
  // (...) lets it compute for 1 s: raise it". Where the system gives no reason, those that are low;
  // empty where none is.
  [[nodiscard]] std::string behind(const ExitStatus& status) const;
  // Those that are low: of memory any, of descriptors and stack such as hardly suffice.
  [[nodiscard]] std::string low() const;

 private:
  enum Kind { kCpu, kRealTime, kFileSize, kAddressSpace, kData, kStack, kDescriptors, kKinds };
  [[nodiscard]] bool limited(Kind kind) const noexcept;

  std::array<rlimit, kKinds> limits_{};
};

}  // namespace inferpool::process
