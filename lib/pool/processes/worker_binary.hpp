// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/file_descriptor.hpp"

namespace inferpool::pool::processes {

// The worker executable of one pool. It is opened once, so that all workers run the same version
// even if the file is renamed or replaced. Constant, so safe from many threads.
class WorkerBinary {
 public:
  // Throws Error (startup_failed) if the file cannot be opened.
  explicit WorkerBinary(const std::filesystem::path& file);

  // Where it was found, as users know it.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  // The path to execute. For a native program it leads to the opened file, in any process that has
  // the descriptor. For a script it is path(), because the interpreter opens the script itself,
  // after the descriptor is closed. It is also path() if /proc is not mounted.
  [[nodiscard]] const std::string& image() const noexcept { return image_; }

  // Throws std::runtime_error if image() no longer leads to the file that was opened: it was
  // overwritten in place, or its path was given to another file.
  void check() const;

 private:
  // Distinguishes one version of a file from another.
  struct Identity {
    std::uint64_t device = 0;
    std::uint64_t number = 0;
    std::uint64_t size = 0;
    std::int64_t written_seconds = 0;
    std::int64_t written_nanoseconds = 0;
    bool operator==(const Identity&) const = default;
  };
  // Of the file that image() leads to now; none: there is no file.
  [[nodiscard]] std::optional<Identity> identity() const;

  std::string path_;
  core::FileDescriptor file_;
  std::string image_;
  std::optional<Identity> identity_;
};

}  // namespace inferpool::pool::processes
