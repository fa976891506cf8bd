// SPDX-License-Identifier: Apache-2.0
#include "process/exit_status.hpp"

#include <cstring>

#include "core/format.hpp"

namespace inferpool::process {

std::string to_string(const ExitStatus& status) {
  if (status.signal) {
    const char* name = sigabbrev_np(*status.signal);
    return core::formatted("was killed by signal {} (SIG{})", *status.signal,
                           name != nullptr ? name : "?");
  }
  if (status.code) return core::formatted("exited with status {}", *status.code);
  return "ended (its status was taken by another part of the host)";
}

}  // namespace inferpool::process
