// SPDX-License-Identifier: Apache-2.0
#include "worker/sandbox.hpp"

#include <linux/falloc.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <thread>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "ipc/segment.hpp"
#include "skipped.hpp"
#include "unit/worker/confined_child.hpp"
#include "unit/worker/confined_load.hpp"

namespace inferpool::worker {
namespace {

using namespace inferpool::test;

// What the body reports from within the sandbox.
template <typename Body>
std::string told_confined(Body body) {
  return told_by_child([&] {
    isolate();
    confine();
    return body();
  });
}

TEST_CASE("a confined process can change nothing in a file system") {
  const ScratchFolder folder;
  const std::string file = folder / "file";
  const std::string other = folder / "other";
  write_file(file, "content");
  std::filesystem::create_directory(folder / "folder");
  const int reading = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  CHECK(told_confined([&] {
          Deviations none("EPERM");
          none.add("open to write", open(file.c_str(), O_WRONLY));
          none.add("open to read and write", open(file.c_str(), O_RDWR));
          none.add("open to create", open(other.c_str(), O_RDONLY | O_CREAT, 0600));
          none.add("open to cut", open(file.c_str(), O_RDONLY | O_TRUNC));
          none.add("open without a name", open((folder / "").c_str(), O_TMPFILE | O_RDWR, 0600));
          none.add("creat", creat(other.c_str(), 0600));
          none.add("open once more to write",
                   open(("/proc/self/fd/" + std::to_string(reading)).c_str(), O_WRONLY));
          none.add("truncate", truncate(file.c_str(), 0));
          none.add("unlink", unlink(file.c_str()));
          none.add("rename", rename(file.c_str(), other.c_str()));
          none.add("renameat2",
                   syscall(SYS_renameat2, AT_FDCWD, file.c_str(), AT_FDCWD, other.c_str(), 0));
          none.add("link", link(file.c_str(), other.c_str()));
          none.add("symlink", symlink("file", other.c_str()));
          none.add("mkdir", mkdir(other.c_str(), 0700));
          none.add("rmdir", rmdir((folder / "folder").c_str()));
          none.add("mkfifo", mkfifo(other.c_str(), 0600));
          none.add("chmod", chmod(file.c_str(), 0777));
          none.add("fchmod", fchmod(reading, 0777));
          none.add("fchmodat2", syscall(452, AT_FDCWD, file.c_str(), 0777, 0));
          none.add("chown", chown(file.c_str(), getuid(), getgid()));
          none.add("fchown", fchown(reading, getuid(), getgid()));
          none.add("utimensat", utimensat(AT_FDCWD, file.c_str(), nullptr, 0));
          none.add("futimens", futimens(reading, nullptr));
          none.add("setxattr", setxattr(file.c_str(), "user.a", "b", 1, 0));
          none.add("fsetxattr", fsetxattr(reading, "user.a", "b", 1, 0));
          return none.text();
        }) == "");
  close(reading);
  CHECK(read_file(file) == "content");
  CHECK_FALSE(exists(other));
}

TEST_CASE("a confined process reaches no network and no socket of a name") {
  CHECK(told_confined([] {
          Deviations none("EPERM");
          none.add("TCP", socket(AF_INET, SOCK_STREAM, 0));
          none.add("UDP", socket(AF_INET, SOCK_DGRAM, 0));
          none.add("TCP over IPv6", socket(AF_INET6, SOCK_STREAM, 0));
          none.add("netlink", socket(AF_NETLINK, SOCK_RAW, 0));
          none.add("packet", socket(AF_PACKET, SOCK_RAW, 0));
          none.add("local", socket(AF_UNIX, SOCK_STREAM, 0));
          std::array<int, 2> pair{};
          none.add("pair of datagrams",
                   socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair.data()));
          none.add("pair of raw ones", socketpair(AF_UNIX, SOCK_RAW, 0, pair.data()));
          none.add("connect", connect(0, nullptr, 0));
          none.add("bind", bind(0, nullptr, 0));
          return none.text() +
                 outcome(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()));
        }) == "ok");
}

TEST_CASE("a confined process can neither signal its parent nor look into it") {
  CHECK(told_confined([] {
          const pid_t parent = getppid();
          const std::string folder = "/proc/" + std::to_string(parent);
          std::array<char, 8> buffer{};
          const iovec here{buffer.data(), buffer.size()};
          const rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
          Deviations none("EPERM");
          none.add("kill", kill(parent, 0));
          none.add("kill all", kill(-1, 0));
          none.add("kill the group", kill(0, 0));
          none.add("tgkill", syscall(SYS_tgkill, parent, parent, 0));
          none.add("tkill", syscall(SYS_tkill, parent, 0));
          siginfo_t info{};
          info.si_code = SI_QUEUE;
          none.add("rt_sigqueueinfo", syscall(SYS_rt_sigqueueinfo, parent, 0, &info));
          none.add("ptrace", ptrace(PTRACE_SEIZE, parent, nullptr, nullptr));
          none.add("process_vm_readv", process_vm_readv(parent, &here, 1, &here, 1, 0));
          none.add("process_vm_writev", process_vm_writev(parent, &here, 1, &here, 1, 0));
          none.add("pidfd_open", syscall(SYS_pidfd_open, parent, 0));
          none.add("prlimit", prlimit(parent, RLIMIT_CORE, &limit, nullptr));
          none.add("signals of a descriptor", fcntl(0, F_SETOWN, parent));
          none.add("its kind", fcntl(0, F_SETSIG, SIGKILL));
          none.add("shmget", syscall(SYS_shmget, 0, 4096, 0600 | 01000));
          Deviations blind("EACCES");
          blind.add("memory", open((folder + "/mem").c_str(), O_RDONLY));
          blind.add("environment", open((folder + "/environ").c_str(), O_RDONLY));
          blind.add("mappings", open((folder + "/maps").c_str(), O_RDONLY));
          blind.add("descriptors", open((folder + "/fd/1").c_str(), O_RDONLY));
          return none.text() + blind.text();
        }) == "");
}

TEST_CASE("a confined process starts no other and executes nothing") {
  CHECK(told_confined([] {
          Deviations none("EPERM");
          const pid_t forked = fork();
          if (forked == 0) _exit(0);
          none.add("fork", forked);
          std::string name = "/bin/true";
          const std::array<char*, 2> arguments{name.data(), nullptr};
          pid_t pid = 0;
          errno = posix_spawn(&pid, name.c_str(), nullptr, nullptr, arguments.data(), nullptr);
          none.add("posix_spawn", errno == 0 ? 0 : -1);
          none.add("execve", execv(name.c_str(), arguments.data()));
          return none.text();
        }) == "");
}

TEST_CASE("a confined process has no way round its filter") {
  CHECK(told_confined([] {
          Deviations none("EPERM");
          std::array<char, 256> zeros{};
          none.add("io_uring_setup", syscall(SYS_io_uring_setup, 1, zeros.data()));
          none.add("bpf", syscall(SYS_bpf, 0, zeros.data(), zeros.size()));
          none.add("perf_event_open", syscall(SYS_perf_event_open, zeros.data(), 0, -1, -1, 0));
          none.add("userfaultfd", syscall(SYS_userfaultfd, O_CLOEXEC));
          none.add("keyctl", syscall(SYS_keyctl, 0, -3, 0));
          none.add("unshare", unshare(0));
          none.add("mount", syscall(SYS_mount, "none", "/nowhere", "tmpfs", 0, nullptr));
          none.add("chroot", chroot("/nowhere"));
          Deviations unknown("ENOSYS");
          unknown.add("openat2", syscall(437, AT_FDCWD, "/", zeros.data(), 24));
          unknown.add("clone3", syscall(435, zeros.data(), 64));
          unknown.add("a call of later years", syscall(469, 0, 0, 0, 0, 0));
          return none.text() + unknown.text();
        }) == "");
}

TEST_CASE("what a worker needs to read, compute and answer goes on in the sandbox") {
  const ScratchFolder folder;
  write_file(folder / "weights", "1 2 3");
  CHECK(told_confined([&] {
          Deviations none("ok");
          none.add("read", read_file(folder / "weights") == "1 2 3" ? 0 : -1);
          none.add("list", std::filesystem::is_empty(folder / "") ? -1 : 0);
          const int fd = memfd_create("model", MFD_CLOEXEC);
          none.add("memory", ftruncate(fd, 4096));
          {
            const auto replies = ipc::MemoryFile::create("inferpool-test", 1 << 20);
            ipc::Mapping mapping(replies, ipc::Access::kReadWrite);
            mapping.populate(mapping.size(), ipc::Access::kReadWrite);
            mapping.data()[8192] = std::byte{1};
            replies.punch(4096, 8192);
            none.add("punch", mapping.data()[8192] == std::byte{0} ? 0 : -1);
          }
          none.add("a thread", std::async(std::launch::async, [] { return 0L; }).get());
          none.add("poll", poll(nullptr, 0, 0));
          cpu_set_t cpus;
          sched_getaffinity(0, sizeof(cpus), &cpus);
          none.add("affinity", sched_setaffinity(0, sizeof(cpus), &cpus));
          rlimit limit{};
          none.add("its limits", getrlimit(RLIMIT_NOFILE, &limit));
          signal(SIGUSR1, [](int) {});
          none.add("a signal to itself", raise(SIGUSR1));
          none.add("the same by kill", kill(getpid(), SIGUSR1));
          none.add("output", write(STDERR_FILENO, "", 0));
          return none.text();
        }) == "");
}

// Nothing else shows this domain: whatever else it forbids, the filter has forbidden before.
TEST_CASE("the thread that confines has a Landlock domain that forbids besides its filter") {
  constexpr long kCreateRuleset = 444;
  if (syscall(kCreateRuleset, nullptr, 0, 1) < 5) {
    skip("before version 5 Landlock knows no right to control devices");
    return;
  }
  CHECK(told_confined([] {
          const int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
          return outcome(ioctl(fd, TCGETS, nullptr));
        }) == "EACCES");
}

TEST_CASE("threads that a load started are confined with the others") {
  const ScratchFolder folder;
  const auto load = [&] { return folder / "file"; };
  CHECK(told_by_thread_of_load(load, [](const std::string& file) {
          Deviations none("EPERM");
          none.add("open", open(file.c_str(), O_WRONLY | O_CREAT, 0600));
          none.add("socket", socket(AF_INET, SOCK_STREAM, 0));
          none.add("kill", kill(getppid(), 0));
          std::string text = none.text();
          const std::string memory = "/proc/" + std::to_string(getppid()) + "/mem";
          if (open(memory.c_str(), O_RDONLY) >= 0) text += "memory of the parent";
          return text;
        }) == "");
}

}  // namespace
}  // namespace inferpool::worker
