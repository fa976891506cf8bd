// SPDX-License-Identifier: Apache-2.0
#include "process/exit_status.hpp"

#include <fmt/format.h>

#include <cstring>

namespace inferpool::process {

std::string to_string(const ExitStatus& status) {
  if (status.signal) {
    const char* name = sigabbrev_np(*status.signal);
    return fmt::format("was killed by signal {} (SIG{})", *status.signal,
                       name != nullptr ? name : "?");
  }
  if (status.code) return fmt::format("exited with status {}", *status.code);
  return "ended (its status was taken by another part of the host)";
}

}  // namespace inferpool::process
