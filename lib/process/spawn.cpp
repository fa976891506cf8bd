// SPDX-License-Identifier: Apache-2.0
#include "process/spawn.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <boost/version.hpp>
#if BOOST_VERSION >= 108600
#include <boost/process/v1/args.hpp>
#include <boost/process/v1/child.hpp>
#include <boost/process/v1/error.hpp>
#include <boost/process/v1/exe.hpp>
#include <boost/process/v1/extend.hpp>
#else
#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/error.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#endif

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "core/file_descriptor.hpp"
#include "core/system_error.hpp"

namespace inferpool::process {
namespace {

#if BOOST_VERSION >= 108600
namespace bp = boost::process::v1;
#else
namespace bp = boost::process;
#endif

// What the child does between fork and exec: async-signal-safe calls only, on memory prepared
// before.
struct Prepare : bp::extend::handler {
  Prepare(const Program& p, int null_fd)
      : program(&p), null(null_fd), host(getpid()), thread(gettid()) {
    for (const std::string& entry : p.environment)
      environment.push_back(const_cast<char*>(entry.c_str()));  // as execve takes it
    environment.push_back(nullptr);
  }

  template <typename Executor>
  void on_exec_setup(Executor& executor) {
    // Not Boost's `env`: it first copies the host's environment, which other threads may be
    // changing.
    executor.env = environment.data();
    if (!program->image.empty()) executor.exe = program->image.c_str();
    dup2(null, STDIN_FILENO);
    if (null == STDIN_FILENO) fcntl(null, F_SETFD, 0);
    dup2(program->output, STDOUT_FILENO);
    dup2(program->output, STDERR_FILENO);
    close_on_exec();
    fcntl(program->kept, F_SETFD, 0);
    reset_signals();
    setpgid(0, 0);
    // If it may not enter the folder (the host gave up rights), it is most likely there already.
    if (program->folder >= 0) [[maybe_unused]]
      const int entered = fchdir(program->folder);
    if (program->file_mask) umask(*program->file_mask);
    if (program->affinity) sched_setaffinity(0, sizeof(cpu_set_t), &*program->affinity);
    for (const auto& [resource, limit] : program->rlimits) {
      const rlimit both{limit, limit};
      setrlimit(static_cast<__rlimit_resource>(resource), &both);
    }
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (parent_ended()) _exit(126);  // before the line above took effect
  }

  template <typename Executor>
  void on_exec_error(Executor& /*executor*/, const std::error_code& error) const {
    const int number = error.value();
    [[maybe_unused]] const ssize_t written = write(program->kept, &number, sizeof(number));
  }

  // The host, or only the thread that makes the child.
  [[nodiscard]] bool parent_ended() const {
    return getppid() != host || (syscall(SYS_tgkill, host, thread, 0) != 0 && errno == ESRCH);
  }

  static void close_on_exec() {
    if (syscall(SYS_close_range, 3U, ~0U, static_cast<unsigned>(CLOSE_RANGE_CLOEXEC)) == 0) return;
    // Before Linux 5.11, under valgrind, or refused by a filter of system calls: one by one.
    rlimit most{};
    getrlimit(RLIMIT_NOFILE, &most);
    const auto end = static_cast<int>(std::min<rlim_t>(most.rlim_max, 1 << 20));
    for (int fd = 3; fd < end; ++fd) fcntl(fd, F_SETFD, FD_CLOEXEC);
  }

  void reset_signals() const {
    for (int number = 1; number < NSIG; ++number) {
      if (number != SIGKILL && number != SIGSTOP) signal(number, SIG_DFL);
    }
    // If the calling thread blocks them, none can arrive before it is ignored.
    for (const int number : program->ignored_signals) signal(number, SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
  }

  const Program* program;
  std::vector<char*> environment;
  int null;  // becomes its stdin
  pid_t host, thread;
};

}  // namespace

Child spawn(const Program& program) {
  // Opened here: if it fails in Boost, the child keeps the host's stdin.
  const core::FileDescriptor null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!null) throw std::runtime_error(core::system_failure("open(/dev/null)", errno));
  Prepare prepare(program, null.get());
  // ignore_error: without it Boost waits on a pipe that an unrelated child can hold open.
  bp::child child(bp::exe = program.executable, bp::args = program.arguments, prepare,
                  bp::ignore_error);
  const pid_t pid = child.id();
  child.detach();  // Child watches for its end
  if (pid <= 0) throw std::runtime_error(core::system_failure("fork", errno));
  return Child(pid);
}

}  // namespace inferpool::process
