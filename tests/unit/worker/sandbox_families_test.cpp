// SPDX-License-Identifier: Apache-2.0
// What the sandbox refuses, family by family, to the thread that confines and to one that the load
// started. Nothing here would do harm if it went through, as it reaches only the tests' own
// processes.
#include <sched.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>

#include <cstring>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "passed_descriptor.hpp"
#include "unit/worker/confined_child.hpp"
#include "unit/worker/confined_load.hpp"
#include "worker/sandbox.hpp"

namespace inferpool::worker {
namespace {

using namespace inferpool::test;

struct Deed {
  const char* name;
  long (*act)(int file, pid_t parent);  // `file` is open for reading
};

long pass_descriptor(int file, pid_t /*parent*/) {
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) != 0) return 0;
  const PassedDescriptor message(file);
  mmsghdr many{message.header(), 0};
  if (sendmmsg(pair[0], &many, 1, MSG_DONTWAIT) >= 0) return 0;
  return sendmsg(pair[0], &message.header(), MSG_DONTWAIT);
}

long lock_part(int file, int command) {
  struct flock lock {};
  lock.l_type = F_RDLCK;
  return fcntl(file, command, &lock);
}

long set_affinity(pid_t whose) {
  cpu_set_t processors;
  sched_getaffinity(0, sizeof(processors), &processors);
  return sched_setaffinity(whose, sizeof(processors), &processors);
}

long set_scheduler(pid_t whose) {
  const sched_param parameters{};
  return sched_setscheduler(whose, SCHED_OTHER, &parameters);
}

constexpr auto kRefusedDeeds = std::to_array<Deed>({
    {"a descriptor passed on", pass_descriptor},
    {"inotify", [](int, pid_t) -> long { return inotify_init1(IN_CLOEXEC); }},
    {"fanotify", [](int, pid_t) { return syscall(SYS_fanotify_init, 0x200, 0); }},
    {"asynchronous input", [](int, pid_t) {
       unsigned long context = 0;
       return syscall(SYS_io_setup, 1, &context);
     }},
    {"a key", [](int, pid_t) { return syscall(SYS_add_key, "user", "a", "b", 1, -2); }},
    {"a queue", [](int, pid_t) { return syscall(SYS_mq_open, "/a", O_RDONLY); }},
    {"queues of System V", [](int, pid_t) { return syscall(SYS_msgget, 0, 0); }},
    {"semaphores of System V", [](int, pid_t) { return syscall(SYS_semget, 0, 1, 0); }},
    {"a lock on a part", [](int file, pid_t) { return lock_part(file, F_SETLK); }},
    {"a lock of an open file", [](int file, pid_t) { return lock_part(file, F_OFD_SETLK); }},
    {"a lease", [](int file, pid_t) -> long { return fcntl(file, F_SETLEASE, F_RDLCK); }},
    {"a note on a folder", [](int file, pid_t) -> long { return fcntl(file, F_NOTIFY, 0); }},
    {"an owner", [](int file, pid_t parent) -> long { return fcntl(file, F_SETOWN, parent); }},
    {"the size of a pipe",
     [](int, pid_t) -> long {
       std::array<int, 2> pipe{};
       if (pipe2(pipe.data(), O_CLOEXEC) != 0) return 0;
       return fcntl(pipe[0], F_SETPIPE_SZ, 8192);
     }},
    {"priority", [](int, pid_t parent) -> long { return setpriority(PRIO_PROCESS, static_cast<id_t>(parent), 0); }},
    {"priority of all", [](int, pid_t) -> long { return setpriority(PRIO_USER, 0, 0); }},
    {"processors", [](int, pid_t parent) { return set_affinity(parent); }},
    {"policy", [](int, pid_t parent) { return set_scheduler(parent); }},
    {"priority of input", [](int, pid_t parent) { return syscall(SYS_ioprio_set, 1, parent, 0); }},
    {"limits", [](int, pid_t parent) -> long {
       rlimit limit{};
       return prlimit(parent, RLIMIT_CORE, nullptr, &limit);
     }},
    {"another group", [](int, pid_t) -> long { return setpgid(0, 0); }},
    {"another session", [](int, pid_t) -> long { return setsid(); }},
    {"to outlive the host", [](int, pid_t) -> long { return prctl(PR_SET_PDEATHSIG, 0); }},
    {"to write to the terminal's input",
     [](int file, pid_t) -> long { return ioctl(file, TIOCSTI, ""); }},
    {"to mark a file", [](int file, pid_t) -> long {
       int flags = 0;
       return ioctl(file, 0x40086602 /* FS_IOC_SETFLAGS */, &flags);
     }},
    {"to trim a file system", [](int file, pid_t) -> long {
       return ioctl(file, 0xc0185879 /* FITRIM */, nullptr);
     }},
    {"a filter on a socket", [](int file, pid_t) -> long {
       return setsockopt(file, SOL_SOCKET, SO_ATTACH_FILTER, nullptr, 0);
     }},
});

constexpr auto kAllowedDeeds = std::to_array<Deed>({
    {"to wait for descriptors", [](int, pid_t) -> long { return epoll_create1(EPOLL_CLOEXEC); }},
    {"a message on a pair",
     [](int, pid_t) -> long {
       std::array<int, 2> pair{};
       if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair.data()) != 0) return -1;
       return send(pair[0], "a", 1, MSG_NOSIGNAL);
     }},
    {"another number", [](int file, pid_t) -> long { return fcntl(file, F_DUPFD_CLOEXEC, 3); }},
    {"its own processors", [](int, pid_t) { return set_affinity(0); }},
    {"its own policy", [](int, pid_t) { return set_scheduler(0); }},
    {"a smaller priority", [](int, pid_t) -> long { return setpriority(PRIO_PROCESS, 0, 19); }},
    {"a name", [](int, pid_t) -> long { return prctl(PR_SET_NAME, "name"); }},
    {"what can be read",
     [](int, pid_t) -> long {
       std::array<int, 2> pipe{};
       int size = 0;
       if (pipe2(pipe.data(), O_CLOEXEC) != 0) return -1;
       return ioctl(pipe[0], FIONREAD, &size);
     }},
});

std::string carry_out_all(int file) {
  Deviations refused("EPERM");
  for (const Deed& deed : kRefusedDeeds) refused.add(deed.name, deed.act(file, getppid()));
  Deviations without("ENOSYS");
  without.add("a lock", flock(file, LOCK_SH));
  Deviations allowed("ok");
  for (const Deed& deed : kAllowedDeeds) allowed.add(deed.name, deed.act(file, getppid()));
  return refused.text() + without.text() + allowed.text();
}

TEST_CASE("each family of calls that reach others is refused to a confined worker", "[H13]") {
  const ScratchFolder folder;
  write_file(folder / "file", "content");
  CHECK(told_by_child([&] {
          isolate();
          const int file = open((folder / "file").c_str(), O_RDONLY | O_CLOEXEC);
          confine();
          return carry_out_all(file);
        }) == "");
}

TEST_CASE("each family of calls is refused to the threads of a load, too", "[H13]") {
  const ScratchFolder folder;
  write_file(folder / "file", "content");
  const auto load = [&] { return open((folder / "file").c_str(), O_RDONLY | O_CLOEXEC); };
  CHECK(told_by_thread_of_load(load, carry_out_all) == "");
}

}  // namespace
}  // namespace inferpool::worker
