// SPDX-License-Identifier: Apache-2.0
#include "worker/open_escapes.hpp"

#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cstdio>
#include <functional>
#include <future>
#include <thread>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "unit/worker/confined_child.hpp"

namespace inferpool::worker {
namespace {

using namespace inferpool::test;

// The open escapes that are found once the body has opened something.
template <typename Body>
std::string found_after(Body body) {
  return told_by_child([&] {
    body();
    return open_escape().value_or("none");
  });
}

TEST_CASE(
    "a file that is open for writing is an open escape, one that is open for reading is none") {
  const ScratchFolder folder;
  const std::string file = folder / "file";
  write_file(file, "content");
  CHECK(found_after([] {}) == "none");
  CHECK(found_after([&] { (void)open(file.c_str(), O_RDONLY); }) == "none");
  for (const int flags : {O_WRONLY, O_RDWR, O_WRONLY | O_APPEND}) {
    CHECK_THAT(found_after([&] { (void)open(file.c_str(), flags); }),
               contains("is open for writing to " + file));
  }
}

TEST_CASE("a file or a network socket is an open escape as standard output, too") {
  const ScratchFolder folder;
  const std::string file = folder / "file";
  CHECK_THAT(found_after([&] {
               const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
               dup2(fd, STDOUT_FILENO);
               close(fd);
             }),
             contains("descriptor 1 is open for writing to " + file));
  CHECK_THAT(found_after([] {
               const int fd = socket(AF_INET, SOCK_DGRAM, 0);
               dup2(fd, STDIN_FILENO);
               close(fd);
             }),
             contains("descriptor 0 is a network socket"));
}

TEST_CASE("a device that is open for writing is an open escape, but for those of mere bytes",
          "[H13]") {
  CHECK_THAT(found_after([] { (void)open("/dev/ptmx", O_RDWR | O_NOCTTY); }),
             contains("is open for writing to /dev/") && contains("a device of the driver \""));
  CHECK(found_after([] { (void)open("/dev/ptmx", O_RDONLY | O_NOCTTY); }) == "none");
  CHECK(found_after([] { (void)open("/dev/urandom", O_RDWR); }) == "none");
}

TEST_CASE("a thread whose descriptors are its own hides nothing", "[H13]") {
  const ScratchFolder folder;
  const std::string file = folder / "file";
  // What is found while a thread that no longer shares its descriptors holds what `open` opened.
  const auto found_beside = [](const std::function<int()>& open) {
    return told_by_child([&] {
      std::promise<void> opened;
      std::promise<void> end;
      std::thread thread([&] {
        if (unshare(CLONE_FILES) != 0 || open() < 0) return;
        opened.set_value();
        end.get_future().wait();
      });
      opened.get_future().wait();
      std::string found = open_escape().value_or("none");
      end.set_value();
      thread.join();
      return found;
    });
  };
  CHECK_THAT(found_beside([&] { return ::open(file.c_str(), O_WRONLY | O_CREAT, 0600); }),
             contains("is open for writing to " + file));
  CHECK_THAT(found_beside([] { return socket(AF_INET, SOCK_STREAM, 0); }),
             contains("a thread with descriptors of its own, is a socket"));
  CHECK(found_beside([] { return ::open("/dev/null", O_RDWR); }) == "none");
  CHECK(found_beside([] { return ::open("/proc/self/stat", O_RDONLY); }) == "none");
}

TEST_CASE("objects of the kernel that steer others are open escapes", "[H13]") {
  CHECK_THAT(found_after([] {
               std::array<char, 128> zeros{};
               zeros[4] = static_cast<char>(zeros.size());  // the size, for a counter in software
               zeros[0] = 1;
               if (syscall(SYS_perf_event_open, zeros.data(), 0, -1, -1, 0) < 0)
                 (void)syscall(SYS_fanotify_init, 0x200, O_RDONLY);
             }),
             contains("is a perf event") || contains("is a fanotify group"));
}

TEST_CASE(
    "memory without a name, devices of mere bytes, pipes and local sockets are no open escapes") {
  CHECK(found_after([] {
          std::array<int, 2> fds{};
          (void)memfd_create("model", MFD_CLOEXEC);
          (void)std::tmpfile();
          (void)open("/dev/null", O_RDWR);
          (void)pipe2(fds.data(), O_CLOEXEC);
          (void)socketpair(AF_UNIX, SOCK_STREAM, 0, fds.data());
          (void)mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        }) == "none");
}

TEST_CASE("a network socket and an io_uring are open escapes") {
  CHECK_THAT(found_after([] { (void)socket(AF_INET, SOCK_DGRAM, 0); }),
             contains("is a network socket"));
  CHECK_THAT(found_after([] {
               std::array<char, 256> zeros{};
               (void)syscall(SYS_io_uring_setup, 1, zeros.data());
             }),
             contains("is an io_uring"));
}

TEST_CASE("a file mapped so that writing to memory changes it is an open escape") {
  const ScratchFolder folder;
  const std::string file = folder / "file";
  write_file(file, std::string(4096, '.'));
  const auto map = [&](int flags, int protection, int kind) {
    const int fd = open(file.c_str(), flags);
    (void)mmap(nullptr, 4096, protection, kind, fd, 0);
    close(fd);
  };
  CHECK_THAT(found_after([&] { map(O_RDWR, PROT_READ | PROT_WRITE, MAP_SHARED); }),
             contains(file + " is mapped"));
  // This mapping can be made writable later.
  CHECK_THAT(found_after([&] { map(O_RDWR, PROT_READ, MAP_SHARED); }),
             contains(file + " is mapped"));
  CHECK(found_after([&] { map(O_RDONLY, PROT_READ, MAP_SHARED); }) == "none");
  CHECK(found_after([&] { map(O_RDWR, PROT_READ | PROT_WRITE, MAP_PRIVATE); }) == "none");
}

}  // namespace
}  // namespace inferpool::worker
