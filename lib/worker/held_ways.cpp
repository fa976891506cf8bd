// SPDX-License-Identifier: Apache-2.0
#include "worker/held_ways.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "core/format.hpp"

namespace inferpool::worker {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFlags = "VmFlags:";
constexpr std::string_view kSharedFlag = " sh";  // which only a file that is open for writing gives

// A file without a name is memory, or will be gone with the process.
bool outlives(const struct stat& status) noexcept {
  return S_ISBLK(status.st_mode) || (S_ISREG(status.st_mode) && status.st_nlink > 0);
}

std::optional<std::string> way_by(int fd, const std::string& target) {
  struct stat status {};
  if (fstat(fd, &status) != 0) return std::nullopt;  // closed meanwhile: that of the listing itself
  if (target == "anon_inode:[io_uring]")
    return formatted("descriptor {} is an io_uring, which no filter sees", fd);
  if (S_ISSOCK(status.st_mode)) {
    int family = AF_UNIX;
    socklen_t size = sizeof(family);
    getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
    if (family == AF_UNIX) return std::nullopt;
    return formatted("descriptor {} is a network socket (family {})", fd, family);
  }
  const int flags = fcntl(fd, F_GETFL);
  if (!outlives(status) || (flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_RDONLY)
    return std::nullopt;
  return formatted("descriptor {} is open for writing to {}", fd, target);
}

std::optional<std::string> open_way() {
  std::error_code error;
  fs::directory_iterator entries("/proc/self/fd", error);
  if (error) throw std::runtime_error("/proc/self/fd cannot be read: " + error.message());
  for (const auto& entry : entries) {
    const std::string name = entry.path().filename();
    int fd = 0;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    if (auto way = way_by(fd, fs::read_symlink(entry.path(), error).string())) return way;
  }
  return std::nullopt;
}

// The path at the end of a line such as "7f00-7f10 rw-s 00000000 08:01 42    /a/file", if any.
std::string path_in(const std::string& line) {
  const auto begin = line.find('/');
  return begin == std::string::npos ? std::string() : line.substr(begin);
}

std::optional<std::string> mapped_way() {
  std::ifstream file("/proc/self/smaps");
  std::string path;
  bool told = false;
  for (std::string line; std::getline(file, line);) {
    if (line.find("[io_uring]") != std::string::npos)
      return "an io_uring is mapped, which no filter sees";
    if (!line.starts_with(kFlags)) {
      if (line.find_first_of(" :") == line.find(' ')) path = path_in(line);
      continue;
    }
    told = true;
    struct stat status {};
    if (path.empty() || line.find(kSharedFlag) == std::string::npos) continue;
    if (stat(path.c_str(), &status) == 0 && outlives(status))
      return formatted("{} is mapped, and what is written there goes to the file", path);
  }
  if (!told) throw std::runtime_error("/proc/self/smaps does not tell what is mapped");
  return std::nullopt;
}

}  // namespace

std::optional<std::string> held_way_out() {
  auto way = open_way();
  return way ? way : mapped_way();
}

}  // namespace inferpool::worker
