// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "integration/scratch_folder.hpp"

namespace inferpool::test {

// A file system in which one file never answers a read. A process that reads it sleeps
// uninterruptibly as soon as a signal should end it, as with a network file system whose server is
// gone. From then on the calling process has its own mounts.
class HungFileSystem {
 public:
  HungFileSystem();
  // Ends the file system: every reader gets an error.
  ~HungFileSystem();
  HungFileSystem(const HungFileSystem&) = delete;
  HungFileSystem& operator=(const HungFileSystem&) = delete;

  // Why there is no such file system: no root rights, no FUSE; empty: there is one.
  [[nodiscard]] const std::string& missing() const noexcept { return missing_; }
  [[nodiscard]] std::string file() const { return folder_ / "hung"; }
  // Ends all reading.
  void end() noexcept;

 private:
  ScratchFolder folder_;
  std::string missing_;
  int server_ = -1;  // a process
};

}  // namespace inferpool::test
