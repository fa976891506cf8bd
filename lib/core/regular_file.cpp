// SPDX-License-Identifier: Apache-2.0
#include "core/regular_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "core/format.hpp"
#include "core/system_error.hpp"

namespace inferpool::core {
namespace {

// Why it is not a regular file; empty if it is one.
std::string obstacle(const struct stat& status) {
  const char* kind = "a device";
  if (S_ISREG(status.st_mode)) return {};
  if (S_ISDIR(status.st_mode)) kind = "a directory";
  if (S_ISFIFO(status.st_mode)) kind = "a pipe";
  if (S_ISSOCK(status.st_mode)) kind = "a socket";
  return formatted("is {}; accepted: a regular file", kind);
}

std::string unreadable(int error) { return formatted("cannot be read: {}", error_text(error)); }

}  // namespace

RegularFile open_regular_file(const std::filesystem::path& file) {
  RegularFile result;
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) {
    result.why = unreadable(errno);
    return result;
  }
  result.why = obstacle(status);
  if (!result.why.empty()) return result;
  // O_NONBLOCK: this must not wait if the file has just become a pipe.
  FileDescriptor fd(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd || fstat(fd.get(), &status) != 0) {
    result.why = unreadable(errno);
    return result;
  }
  result.why = obstacle(status);
  if (!result.why.empty()) return result;
  result.size = static_cast<std::uint64_t>(status.st_size);
  result.fd = std::move(fd);
  return result;
}

}  // namespace inferpool::core
