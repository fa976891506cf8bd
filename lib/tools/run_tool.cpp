// SPDX-License-Identifier: Apache-2.0
#include "tools/run_tool.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <system_error>

#include <inferpool/error.hpp>

#include "core/format.hpp"
#include "tools/command_line.hpp"
#include "tools/error_details.hpp"

namespace inferpool::tools {

namespace {

// The next file to be opened would get the number of a closed standard stream, and that file may be
// memory shared with a worker. True: stdout was open.
bool take_standard_streams() {
  bool open_stdout = true;
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    if (fd == STDOUT_FILENO) open_stdout = false;
    static_cast<void>(open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY));
  }
  return open_stdout;
}

}  // namespace

void print(const std::string& text) {
  errno = 0;
  // Not fputs: an output may contain zeros.
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return;
  throw std::runtime_error(core::formatted(
      "stdout cannot be written: {}", std::generic_category().message(errno == 0 ? EIO : errno)));
}

void print_error(const std::string& text) { std::fputs(text.c_str(), stderr); }

int run_tool(const char* name, const char* usage, const std::function<void()>& work) {
  signal(SIGPIPE, SIG_IGN);  // print() reports it; workers set their own
  try {
    if (!take_standard_streams()) throw std::runtime_error("stdout is closed");
    work();
    return 0;
  } catch (const Usage& error) {
    print_error(core::formatted("{}: {}\n{}", name, error.what(), usage));
    return 2;
  } catch (const Error& error) {
    print_error(core::formatted("{}: {}\n{}", name, error.what(), error_details(error)));
    return 1;
  } catch (const std::exception& error) {
    print_error(core::formatted("{}: {}\n", name, error.what()));
    return 1;
  }
}

}  // namespace inferpool::tools
