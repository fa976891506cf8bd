// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>

#include "core/file_descriptor.hpp"

namespace inferpool::pool::processes {

// What workers inherit from their host, and the host may change at any time. The thread that makes
// the pool reads it once. So every worker is started with the same, and no thread of the pool reads
// what other threads write. Constant, so safe from many threads.
struct Surroundings {
  // Throws std::bad_alloc.
  Surroundings();

  std::map<std::string, std::string> environment;
  core::FileDescriptor folder;      // the working folder; none: it could not be opened
  std::optional<mode_t> file_mask;  // umask; none: /proc does not say it
  int processors = 1;               // those that the host alone may use
};

}  // namespace inferpool::pool::processes
