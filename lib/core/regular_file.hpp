// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/file_descriptor.hpp"

namespace inferpool::core {

// A file that a user has named, opened for reading. What is not one is not even opened: to open a
// pipe waits for whoever is to write it, and to open a device may do something.
struct RegularFile {
  FileDescriptor fd = {};  // none: it could not be opened
  std::uint64_t size = 0;  // as it was opened
  std::string why = {};    // "cannot be read: ...", "is a pipe; accepted: a regular file"
};

[[nodiscard]] RegularFile open_regular_file(const std::filesystem::path& file);

}  // namespace inferpool::core
