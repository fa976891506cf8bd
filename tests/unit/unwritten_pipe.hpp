// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>

#include "integration/scratch_folder.hpp"

namespace inferpool::test {

// A named pipe that nobody writes to.
class UnwrittenPipe {
 public:
  explicit UnwrittenPipe(const std::string& name = "pipe") : path_(folder_ / name) {
    if (::mkfifo(path_.c_str(), 0600) != 0) throw std::runtime_error("mkfifo failed: " + path_);
  }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  // Returns or throws what `read` does. If `read` waits for a writer, releases it and throws.
  template <typename Read>
  auto read_by(const Read& read) const {
    auto result = std::async(std::launch::async, read);
    if (result.wait_for(std::chrono::seconds(20)) == std::future_status::ready) return result.get();
    ::close(::open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    result.wait();
    throw std::runtime_error("it waits for somebody who writes the pipe");
  }

 private:
  ScratchFolder folder_;
  std::string path_;
};

}  // namespace inferpool::test
