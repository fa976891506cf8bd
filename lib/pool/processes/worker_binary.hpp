// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/file_descriptor.hpp"

namespace inferpool::pool::processes {

// The worker executable of one pool, opened once, so that all its workers are of one version
// whatever becomes of the file's name. Constant, so safe from many threads.
class WorkerBinary {
 public:
  // Throws Error (startup_failed) where the file cannot be opened.
  explicit WorkerBinary(const std::filesystem::path& file);

  // Where it was found: what users know it by.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  // What to execute. For a native program it leads to the opened file, in any process that has the
  // descriptor. A script's interpreter opens what it is given by itself, after the descriptor is
  // closed, so for one of these (and where /proc is not mounted) it is the path.
  [[nodiscard]] const std::string& image() const noexcept { return image_; }

  // Throws std::runtime_error where what image() leads to is no longer what was opened: written
  // over in place, or, by path, replaced.
  void check() const;

 private:
  // What tells one version of a file from another.
  struct Identity {
    std::uint64_t device = 0;
    std::uint64_t number = 0;
    std::uint64_t size = 0;
    std::int64_t written_seconds = 0;
    std::int64_t written_nanoseconds = 0;
    bool operator==(const Identity&) const = default;
  };
  // Of what image() leads to at present; none: nothing is there.
  [[nodiscard]] std::optional<Identity> identity() const;

  std::string path_;
  core::FileDescriptor file_;
  std::string image_;
  std::optional<Identity> identity_;
};

}  // namespace inferpool::pool::processes
