// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/worker_binary.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <inferpool/error.hpp>

#include "core/format.hpp"
#include "core/system_error.hpp"
#include "ipc/handshake.hpp"

namespace inferpool::pool::processes {
namespace {

#if defined(__aarch64__)
constexpr unsigned kMachine = EM_AARCH64;
#else
constexpr unsigned kMachine = EM_X86_64;
#endif

// False if another program interprets the file: a script, or an executable for another machine. A
// file that may be executed but not read cannot be interpreted, so it is native.
bool is_native(const std::string& file) {
  const core::FileDescriptor fd(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return errno == EACCES;
  Elf64_Ehdr head{};
  if (pread(fd.get(), &head, sizeof(head), 0) != static_cast<ssize_t>(sizeof(head))) return false;
  return std::memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 && head.e_machine == kMachine;
}

[[noreturn]] void refuse(const std::string& path, int error) {
  ErrorDetails details;
  details.phase = Phase::kStarting;
  throw Error(
      ErrorCode::kStartupFailed,
      core::formatted("worker executable {}: {}", path, core::system_failure("open", error)),
      std::move(details));
}

}  // namespace

WorkerBinary::WorkerBinary(const std::filesystem::path& file)
    : path_(file.string()), image_(path_) {
  file_ = ipc::above_standard(core::FileDescriptor(open(path_.c_str(), O_PATH | O_CLOEXEC)));
  if (!file_) refuse(path_, errno);
  const std::string link = core::formatted("/proc/self/fd/{}", file_.get());
  if (is_native(link)) image_ = link;
  identity_ = identity();
}

void WorkerBinary::check() const {
  if (identity() == identity_) return;
  throw std::runtime_error(core::formatted(
      "{} is not the file any more that it was when the pool was made, and workers of "
      "one pool never mix versions; make a new pool",
      path_));
}

std::optional<WorkerBinary::Identity> WorkerBinary::identity() const {
  struct stat status {};
  const bool by_path = image_ == path_;
  if ((by_path ? stat(path_.c_str(), &status) : fstat(file_.get(), &status)) != 0)
    return std::nullopt;
  return Identity{status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
                  status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

}  // namespace inferpool::pool::processes
