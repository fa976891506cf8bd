// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/file_descriptor.hpp"

namespace inferpool::core {

// A file that a user has named, opened for reading. Anything but a regular file is not even opened:
// opening a pipe waits for its writer, and opening a device may have effects.
struct RegularFile {
  FileDescriptor fd = {};  // none: it could not be opened
  std::uint64_t size = 0;  // when it was opened
  std::string why = {};    // "cannot be read: ...", "is a pipe; accepted: a regular file"
};

[[nodiscard]] RegularFile open_regular_file(const std::filesystem::path& file);

}  // namespace inferpool::core
