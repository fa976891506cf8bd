// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <exception>
#include <stdexcept>
#include <string>

#include "unit/ipc/forked_child.hpp"

namespace inferpool::test {

// "ok", or the name of the error, for the `result` of a system call.
inline std::string outcome(long result) { return result >= 0 ? "ok" : strerrorname_np(errno); }

// The text that `body` returns (or "threw: " and what) in a copy of this process. The copy ends
// then, so it may confine itself for good.
template <typename Body>
std::string told_by_child(Body body) {
  std::array<int, 2> fds{};
  if (pipe2(fds.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  ForkedChild child([&] {
    // A descriptor inherited from the program that runs the tests may be a file open for writing.
    const auto told = static_cast<unsigned>(fds[1]);
    if (told > 3) syscall(SYS_close_range, 3U, told - 1, 0U);
    syscall(SYS_close_range, told + 1, ~0U, 0U);
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null, fd);
    std::string text;
    try {
      text = body();
    } catch (const std::exception& error) {
      text = std::string("threw: ") + error.what();
    }
    return write(fds[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1;
  });
  close(fds[1]);
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t n = 0; (n = read(fds[0], buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(n));
  close(fds[0]);
  if (child.exit_code() != 0) throw std::runtime_error("the child did not get to its end: " + text);
  return text;
}

// The results that differ from `expected`, one per line.
class Deviations {
 public:
  explicit Deviations(std::string expected) : expected_(std::move(expected)) {}
  void add(const std::string& deed, const std::string& actual) {
    if (actual != expected_) text_ += deed + ": " + actual + "\n";
  }
  void add(const std::string& deed, long result) { add(deed, outcome(result)); }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string expected_;
  std::string text_;
};

}  // namespace inferpool::test
