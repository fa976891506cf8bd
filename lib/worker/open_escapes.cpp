// SPDX-License-Identifier: Apache-2.0
#include "worker/open_escapes.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "core/format.hpp"
#include "worker/accelerators.hpp"

namespace inferpool::worker {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFlags = "VmFlags:";
constexpr std::string_view kSharedFlag = " sh";  // only a file that is open for writing has it

// A file without a name is memory, or ends with the process.
bool outlives(const struct stat& status) noexcept {
  return S_ISBLK(status.st_mode) || (S_ISREG(status.st_mode) && status.st_nlink > 0);
}

// An object without a name in a file system that no filter inspects, or that affects other
// processes.
struct Anonymous {
  std::string_view name;  // how the link of its descriptor begins
  std::string_view what;
};
constexpr auto kAnonymous = std::to_array<Anonymous>({
    {"anon_inode:[io_uring]", "an io_uring, which no filter sees"},
    {"anon_inode:[perf_event]", "a perf event, which counts what others do"},
    {"anon_inode:[userfaultfd]", "a userfaultfd, which can block the kernel"},
    {"anon_inode:[fanotify]", "a fanotify group, which can block processes that open files"},
    {"anon_inode:bpf", "a BPF object, which the kernel runs"},
    {"anon_inode:kvm", "a virtual machine"},
    {"anon_inode:[vfio", "a device that reads and writes memory by itself"},
});

// One descriptor of a thread's table.
struct Held {
  std::string table;  // such as "/proc/self/task/17"
  std::string name;
  int fd = 0;
  std::string target = {};
  struct stat status = {};

  // False if it was closed meanwhile.
  bool look() {
    std::from_chars(name.data(), name.data() + name.size(), fd);
    const std::string path = table + "/fd/" + name;
    std::error_code error;
    target = fs::read_symlink(path, error).string();
    return !error && stat(path.c_str(), &status) == 0;
  }

  // Whether the calling thread has the same file under this number.
  [[nodiscard]] bool ours() const noexcept {
    struct stat own {};
    return fstat(fd, &own) == 0 && own.st_dev == status.st_dev && own.st_ino == status.st_ino;
  }

  // As open() takes them. If they cannot be read, it counts as open for writing, unless it is
  // closed by now.
  [[nodiscard]] int flags() const {
    if (ours()) return fcntl(fd, F_GETFL);
    std::ifstream file(table + "/fdinfo/" + name);
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("flags:"))
        return static_cast<int>(std::strtol(line.c_str() + 6, nullptr, 8));
    }
    struct stat again {};
    return stat((table + "/fd/" + name).c_str(), &again) == 0 ? O_RDWR : O_RDONLY;
  }
};

std::optional<std::string> socket_way(const Held& held) {
  if (!held.ours()) {
    struct stat again {};
    if (stat((held.table + "/fd/" + held.name).c_str(), &again) != 0) return std::nullopt;
    if (again.st_ino != held.status.st_ino || held.ours()) return std::nullopt;
    return core::formatted("descriptor {} of {}, a thread with descriptors of its own, is a socket",
                           held.fd, held.table);
  }
  int family = AF_UNIX;
  socklen_t size = sizeof(family);
  getsockopt(held.fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
  if (family == AF_UNIX) return std::nullopt;
  return core::formatted("descriptor {} is a network socket (family {})", held.fd, family);
}

std::optional<std::string> way_by(const Held& held) {
  for (const Anonymous& kind : kAnonymous) {
    if (held.target.starts_with(kind.name))
      return core::formatted("descriptor {} is {}", held.fd, kind.what);
  }
  if (S_ISSOCK(held.status.st_mode)) return socket_way(held);
  const bool device = S_ISCHR(held.status.st_mode);
  if (!device && !outlives(held.status)) return std::nullopt;
  const int flags = held.flags();
  if ((flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_RDONLY) return std::nullopt;
  if (!device)
    return core::formatted("descriptor {} is open for writing to {}", held.fd, held.target);
  if (may_be_kept(held.status.st_rdev)) return std::nullopt;
  return core::formatted("descriptor {} is open for writing to {}, a device of the driver \"{}\"",
                         held.fd, held.target, driver_of(held.status.st_rdev));
}

std::optional<std::string> open_way(const std::string& table) {
  std::error_code error;
  fs::directory_iterator entries(table + "/fd", error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::no_such_process)
    return std::nullopt;  // the thread has ended
  if (error) throw std::runtime_error(table + "/fd cannot be read: " + error.message());
  for (; entries != fs::directory_iterator(); entries.increment(error)) {
    if (error) break;
    Held held{.table = table, .name = entries->path().filename()};
    if (!held.look()) continue;
    if (auto way = way_by(held)) return way;
  }
  return std::nullopt;
}

// Each thread may have a table of its own.
std::optional<std::string> open_way() {
  std::error_code error;
  const fs::directory_iterator tasks("/proc/self/task", error);
  if (error) throw std::runtime_error("/proc/self/task cannot be read: " + error.message());
  for (const auto& task : tasks) {
    if (auto way = open_way(task.path().string())) return way;
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
    if (stat(path.c_str(), &status) != 0) continue;
    if (outlives(status))
      return core::formatted("{} is mapped, and what is written there goes to the file", path);
    if (S_ISCHR(status.st_mode) && !may_be_kept(status.st_rdev))
      return core::formatted("{} is mapped, a device of the driver \"{}\"", path,
                             driver_of(status.st_rdev));
  }
  if (!told) throw std::runtime_error("/proc/self/smaps does not tell what is mapped");
  return std::nullopt;
}

}  // namespace

std::optional<std::string> open_escape() {
  auto way = open_way();
  return way ? way : mapped_way();
}

}  // namespace inferpool::worker
