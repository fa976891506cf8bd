// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "integration/scratch_folder.hpp"

namespace inferpool::test {

// A file system of which one file, once it is read, does not answer: whoever reads it sleeps
// uninterruptibly as soon as a signal is to end it, as with a network's file system whose server is
// gone. The calling process has mounts of its own from then on.
class HungFileSystem {
 public:
  HungFileSystem();
  // It answers no more: every reader gets an error.
  ~HungFileSystem();
  HungFileSystem(const HungFileSystem&) = delete;
  HungFileSystem& operator=(const HungFileSystem&) = delete;

  // Why there is none: no root rights, no FUSE; empty: there is one.
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
