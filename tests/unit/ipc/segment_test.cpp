// SPDX-License-Identifier: Apache-2.0
#include "ipc/segment.hpp"

#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "call_filters.hpp"
#include "catch.hpp"
#include "unit/ipc/denied_call.hpp"
#include "unit/ipc/forked_child.hpp"

namespace inferpool::ipc {
namespace {

using test::contains;
using test::ForkedChild;

constexpr std::size_t kSize = 1 << 20;

std::vector<std::string> entries(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    names.push_back(entry.path());
  std::sort(names.begin(), names.end());
  return names;
}

// Whether this process maps a memory file of that label.
bool maps(const std::string& label) {
  std::ifstream file("/proc/self/maps");
  for (std::string line; std::getline(file, line);) {
    if (line.find("/memfd:" + label) != std::string::npos) return true;
  }
  return false;
}

core::FileDescriptor duplicate(int fd) {
  return core::FileDescriptor(fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

std::size_t allocated(const MemoryFile& file) {
  struct stat status {};
  REQUIRE(fstat(file.fd(), &status) == 0);
  return static_cast<std::size_t>(status.st_blocks) * 512;
}

std::size_t resident(const Mapping& mapping) {
  std::vector<unsigned char> pages(mapping.size() / 4096);
  REQUIRE(mincore(mapping.data(), mapping.size(), pages.data()) == 0);
  return 4096 *
         static_cast<std::size_t>(std::count_if(
             pages.begin(), pages.end(), [](unsigned char page) { return (page & 1) != 0; }));
}

TEST_CASE("memory beyond RLIMIT_FSIZE is refused with the limit and its value, by no signal") {
  ForkedChild child([] {
    const rlimit limit{4096, 4096};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    try {
      MemoryFile::create("inferpool-file", kSize);
    } catch (const std::runtime_error& error) {
      const std::string text = error.what();
      return text.find("ftruncate of inferpool-file to 1048576 bytes") != std::string::npos &&
                     text.find("RLIMIT_FSIZE") != std::string::npos &&
                     text.find("of 4096 bytes: raise it") != std::string::npos
                 ? 0
                 : 2;
    }
    return 3;
  });
  CHECK(child.exit_code() == 0);
}

TEST_CASE("no core dump contains a mapping") {
  const MemoryFile file = MemoryFile::create("inferpool-dump", kSize);
  const Mapping mapping(file, Access::kReadWrite);
  std::ifstream smaps("/proc/self/smaps");
  std::string flags;
  for (std::string line; flags.empty() && std::getline(smaps, line);) {
    if (line.find("memfd:inferpool-dump") == std::string::npos) continue;
    while (std::getline(smaps, line) && !line.starts_with("VmFlags:")) {
    }
    flags = line;
  }
  CHECK_THAT(flags, contains(" dd"));
}

TEST_CASE("a memory file can neither shrink nor grow, nor lose its seals") {
  const MemoryFile file = MemoryFile::create("sealed", kSize);
  REQUIRE(file.size() == kSize);
  for (const off_t size :
       {off_t{0}, static_cast<off_t>(kSize - 1), static_cast<off_t>(kSize + 1)}) {
    REQUIRE(ftruncate(file.fd(), size) != 0);
    REQUIRE(errno == EPERM);
  }
  REQUIRE(fcntl(file.fd(), F_ADD_SEALS, F_SEAL_WRITE) != 0);
  REQUIRE(errno == EPERM);
}

TEST_CASE("a memory file is closed by exec") {
  const MemoryFile file = MemoryFile::create("cloexec", kSize);
  REQUIRE((fcntl(file.fd(), F_GETFD) & FD_CLOEXEC) != 0);
  REQUIRE((fcntl(file.read_only().get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("two mappings of a memory file show the same bytes") {
  const MemoryFile file = MemoryFile::create("same", kSize);
  const Mapping writer(file, Access::kReadWrite);
  const Mapping reader(file, Access::kReadOnly);
  REQUIRE(writer.size() == kSize);
  REQUIRE(writer.data() != reader.data());
  writer.data()[kSize - 1] = std::byte{42};
  REQUIRE(reader.data()[kSize - 1] == std::byte{42});
}

// Which attempt to write through the descriptor succeeded; 0 if none did.
int write_through(int fd) {
  if (mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED) return 1;
  void* const memory = mmap(nullptr, kSize, PROT_READ, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return 2;
  if (mprotect(memory, kSize, PROT_READ | PROT_WRITE) == 0) return 3;
  if (pwrite(fd, "x", 1, 0) >= 0) return 4;
  if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) == 0) return 5;
  if (madvise(memory, kSize, MADV_REMOVE) == 0) return 6;
  if (ftruncate(fd, 0) == 0) return 7;
  return 0;
}

TEST_CASE("through a read-only descriptor nothing can be written, mapped writable or punched") {
  const MemoryFile file = MemoryFile::create("read-only", kSize);
  const core::FileDescriptor fd = file.read_only();
  REQUIRE(write_through(fd.get()) == 0);
  // It still shows what its maker writes later.
  const MemoryFile adopted = MemoryFile::adopt(duplicate(fd.get()), kSize);
  const Mapping reader(adopted, Access::kReadOnly);
  const Mapping writer(file, Access::kReadWrite);
  writer.data()[5] = std::byte{9};
  REQUIRE(reader.data()[5] == std::byte{9});
  REQUIRE_THROWS_AS(Mapping(adopted, Access::kReadWrite), std::runtime_error);
}

TEST_CASE("a read-only descriptor cannot be opened once more for writing, except by root") {
  // Root may ignore the file's mode, so the test first gives up root's rights.
  ForkedChild child([] {
    constexpr unsigned kNobody = 65534;
    if (geteuid() == 0 && (setgid(kNobody) != 0 || setuid(kNobody) != 0)) return 1;
    prctl(PR_SET_DUMPABLE, 1);  // otherwise /proc/self still belongs to root
    const MemoryFile file = MemoryFile::create("mode", kSize);
    const std::string before = "/proc/self/fd/" + std::to_string(file.fd());
    const core::FileDescriptor writable(open(before.c_str(), O_RDWR | O_CLOEXEC));
    if (!writable) return 2;  // what follows would prove nothing
    const core::FileDescriptor fd = file.read_only();
    const std::string path = "/proc/self/fd/" + std::to_string(fd.get());
    if (!core::FileDescriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC))) return 3;
    if (core::FileDescriptor(open(path.c_str(), O_RDWR | O_CLOEXEC))) return 4;
    if (core::FileDescriptor(open(path.c_str(), O_WRONLY | O_CLOEXEC))) return 5;
    return 0;
  });
  REQUIRE(child.exit_code() == 0);
}

TEST_CASE("a memory file of another process is adopted only with the right size and seals") {
  const MemoryFile file = MemoryFile::create("adopted", kSize);
  REQUIRE(MemoryFile::adopt(duplicate(file.fd()), kSize).size() == kSize);
  REQUIRE_THROWS_WITH(MemoryFile::adopt(duplicate(file.fd()), kSize + 1),
                      contains(std::to_string(kSize)) && contains(std::to_string(kSize + 1)));
  REQUIRE_THROWS_AS(MemoryFile::adopt(duplicate(file.fd()), kSize - 1), std::runtime_error);
}

TEST_CASE("a memory file that may shrink or grow is not adopted") {
  for (const int seals : {0, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE}) {
    core::FileDescriptor fd(memfd_create("unsealed", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    REQUIRE(ftruncate(fd.get(), kSize) == 0);
    REQUIRE(fcntl(fd.get(), F_ADD_SEALS, seals) == 0);
    CAPTURE(seals);
    REQUIRE_THROWS_WITH(MemoryFile::adopt(std::move(fd), kSize), contains("seals"));
  }
}

TEST_CASE("a descriptor that is not a memory file is not adopted") {
  REQUIRE_THROWS_WITH(MemoryFile::adopt(core::FileDescriptor(), kSize), contains("fstat"));
  REQUIRE_THROWS_WITH(
      MemoryFile::adopt(core::FileDescriptor(open("/dev/null", O_RDWR | O_CLOEXEC)), 0),
      contains("F_GET_SEALS"));
}

TEST_CASE("sizes that no memory file can have are refused with the system call") {
  REQUIRE_THROWS_WITH(MemoryFile::create("huge", ~std::size_t{0}), contains("ftruncate"));
  REQUIRE_THROWS_WITH(Mapping(MemoryFile::create("vast", std::size_t{1} << 60), Access::kReadOnly),
                      contains("mmap"));
}

TEST_CASE("a fork does not inherit a mapping") {
  const MemoryFile file = MemoryFile::create("not-inherited", kSize);
  const Mapping mapping(file, Access::kReadWrite);
  const Mapping reader(file, Access::kReadOnly);
  REQUIRE(maps("not-inherited"));
  ForkedChild child([&] {
    std::vector<unsigned char> pages(kSize / 4096);
    if (mincore(mapping.data(), kSize, pages.data()) == 0 || errno != ENOMEM) return 1;
    return maps("not-inherited") ? 2 : 0;
  });
  REQUIRE(child.exit_code() == 0);
}

TEST_CASE("a memory file has no name in the file system") {
  bool none = false;  // other programs may have made names meanwhile, in some of the rounds
  for (int round = 0; !none && round < 5; ++round) {
    const auto before = entries("/dev/shm");
    const MemoryFile file = MemoryFile::create("named", kSize);
    const Mapping mapping(file, Access::kReadWrite);
    none = entries("/dev/shm") == before;
  }
  REQUIRE(none);
}

TEST_CASE("a memory file and its mappings leave nothing behind") {
  const auto before = entries("/proc/self/fd");
  {
    const MemoryFile file = MemoryFile::create("gone", kSize);
    const Mapping mapping(file, Access::kReadWrite);
    const core::FileDescriptor fd = file.read_only();
    const MemoryFile adopted = MemoryFile::adopt(duplicate(file.fd()), kSize);
    REQUIRE(entries("/proc/self/fd").size() == before.size() + 3);
  }
  REQUIRE_THROWS(
      MemoryFile::adopt(core::FileDescriptor(memfd_create("unsealed", MFD_CLOEXEC)), kSize));
  REQUIRE_THROWS(MemoryFile::create("huge", ~std::size_t{0}));
  REQUIRE(entries("/proc/self/fd") == before);
  REQUIRE_FALSE(maps("gone"));
}

TEST_CASE(
    "a memory file takes memory where it is touched, and gives holes back that read as zero") {
  const MemoryFile file = MemoryFile::create("sparse", kSize);
  const Mapping mapping(file, Access::kReadWrite);
  REQUIRE(allocated(file) == 0);
  std::memset(mapping.data(), 0xFF, 16 * 4096);
  REQUIRE(allocated(file) == 16 * 4096);
  file.punch(4096, 3 * 4096);
  REQUIRE(allocated(file) == 13 * 4096);
  REQUIRE(mapping.data()[4095] == std::byte{0xFF});
  REQUIRE(mapping.data()[4096] == std::byte{0});
  REQUIRE(mapping.data()[4 * 4096 - 1] == std::byte{0});
  REQUIRE(mapping.data()[4 * 4096] == std::byte{0xFF});
}

TEST_CASE("populating brings the first pages in, and no more than there are") {
  for (const Access access : {Access::kReadWrite, Access::kReadOnly}) {
    const MemoryFile file = MemoryFile::create("populated", kSize);
    const Mapping mapping(file, access);
    REQUIRE(resident(mapping) == 0);
    mapping.populate(10 * 4096, access);
    REQUIRE(resident(mapping) == 10 * 4096);
    mapping.populate(2 * kSize, access);
    REQUIRE(resident(mapping) == kSize);
  }
}

TEST_CASE("populating works where the kernel has no call for it") {
  if (test::skipped_without_filters()) return;
  for (const Access access : {Access::kReadWrite, Access::kReadOnly}) {
    ForkedChild child([access] {
      const std::uint32_t advice =
          access == Access::kReadWrite ? 23 : 22;  // MADV_POPULATE_WRITE, _READ
      if (!test::deny_call(SYS_madvise, EINVAL, &advice)) return 255;
      const MemoryFile file = MemoryFile::create("populated", kSize);
      const Mapping mapping(file, access);
      mapping.populate(10 * 4096, access);
      return static_cast<int>(resident(mapping) / 4096);
    });
    const int pages = child.exit_code();
    REQUIRE(pages == 10);
  }
}

}  // namespace
}  // namespace inferpool::ipc
