// SPDX-License-Identifier: Apache-2.0
#include "ipc/segment.hpp"

#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "core/format.hpp"
#include "core/suppressed_signal.hpp"
#include "core/system_error.hpp"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

namespace inferpool::ipc {
namespace {

namespace bi = boost::interprocess;

constexpr std::size_t kSmallestPage = 4096;

constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW;

[[noreturn]] void fail(const char* call) {
  throw std::runtime_error(core::system_failure(call, errno));
}

// Boost.Interprocess maps anything with these two member functions.
struct Mappable {
  int fd;
  bi::mode_t mode;
  bi::mapping_handle_t get_mapping_handle() const noexcept {
    return bi::ipcdetail::mapping_handle_from_file_handle(fd);
  }
  bi::mode_t get_mode() const noexcept { return mode; }
};

bi::mode_t to_mode(Access access) noexcept {
  return access == Access::kReadOnly ? bi::read_only : bi::read_write;
}

}  // namespace

MemoryFile MemoryFile::create(const char* label, std::size_t size) {
  constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  core::FileDescriptor fd(memfd_create(label, kFlags | MFD_NOEXEC_SEAL));
  if (!fd && errno == EINVAL)
    fd = core::FileDescriptor(memfd_create(label, kFlags));  // before Linux 6.3
  if (!fd) fail("memfd_create");
  {
    // A size over RLIMIT_FSIZE, which also limits memory files, would end the host.
    const core::SuppressedSignal spared(SIGXFSZ);
    if (ftruncate(fd.get(), static_cast<off_t>(size)) != 0) {
      throw std::runtime_error(
          core::system_failure(core::formatted("ftruncate of {} to {} bytes", label, size), errno));
    }
  }
  if (fcntl(fd.get(), F_ADD_SEALS, kSeals | F_SEAL_SEAL) != 0) fail("fcntl(F_ADD_SEALS)");
  return {std::move(fd), size};
}

MemoryFile MemoryFile::adopt(core::FileDescriptor fd, std::size_t size) {
  struct stat status {};
  if (fstat(fd.get(), &status) != 0) fail("fstat");
  const int seals = fcntl(fd.get(), F_GET_SEALS);
  if (seals < 0) fail("fcntl(F_GET_SEALS)");
  if (static_cast<std::size_t>(status.st_size) != size || (seals & kSeals) != kSeals) {
    throw std::runtime_error(core::formatted(
        "shared memory of {} bytes with seals {:#x} where {} bytes with seals {:#x} were announced",
        status.st_size, seals, size, kSeals));
  }
  return {std::move(fd), size};
}

core::FileDescriptor MemoryFile::read_only() const {
  // Mode 0400: only root can open it again for writing.
  if (fchmod(fd_.get(), S_IRUSR) != 0) fail("fchmod");
  core::FileDescriptor fd(
      open(core::formatted("/proc/self/fd/{}", fd_.get()).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && errno == ENOENT) fail("open(/proc/self/fd/N), which needs /proc to be mounted");
  if (!fd) fail("open(/proc/self/fd/N)");
  return fd;
}

void MemoryFile::punch(std::size_t offset, std::size_t length) const noexcept {
  fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
            static_cast<off_t>(length));
}

Mapping::Mapping(const MemoryFile& file, Access access) try
    : region_(Mappable{file.fd(), to_mode(access)}, to_mode(access), 0, file.size()) {
  // A core dump would allocate every page of a sparse region, and would contain the callers' data.
  for (const int advice : {MADV_DONTFORK, MADV_DONTDUMP}) {
    if (madvise(region_.get_address(), region_.get_size(), advice) == 0) continue;
    region_.~mapped_region();
    fail(advice == MADV_DONTFORK ? "madvise(MADV_DONTFORK)" : "madvise(MADV_DONTDUMP)");
  }
} catch (const bi::interprocess_exception& error) {
  throw std::runtime_error(core::system_failure(core::formatted("mmap of {} bytes", file.size()),
                                                error.get_native_error()));
}

Mapping::~Mapping() {
  if (getpid() == owner_) region_.~mapped_region();
}

void Mapping::populate(std::size_t length, Access access) const noexcept {
  length = std::min(length, size());
  const int advice = access == Access::kReadOnly ? MADV_POPULATE_READ : MADV_POPULATE_WRITE;
  if (madvise(data(), length, advice) == 0 || errno != EINVAL) return;
  // Linux before 5.14 has no such advice. Reading a page of a memory file also allocates it.
  for (std::size_t offset = 0; offset < length; offset += kSmallestPage) {
    static_cast<void>(*static_cast<const volatile std::byte*>(data() + offset));
  }
}

}  // namespace inferpool::ipc
