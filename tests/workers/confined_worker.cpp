// SPDX-License-Identifier: Apache-2.0
// Tries what a sandbox must refuse. Settings::uri is a folder: the load writes the file `cache`
// there, and starts a thread. Settings::extra: {"keep": "file"} leaves a file there open for
// writing, {"keep": "socket"} leaves a network socket open.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <barrier>
#include <condition_variable>
#include <cstring>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <inferpool/worker.hpp>

#include "passed_descriptor.hpp"

namespace inferpool::test {
namespace {

std::string outcome(long result) { return result >= 0 ? "ok" : strerrorname_np(errno); }

long spawn_program() {
  std::string name = "/bin/true";
  const std::array<char*, 2> arguments{name.data(), nullptr};
  pid_t pid = 0;
  errno = posix_spawn(&pid, name.c_str(), nullptr, nullptr, arguments.data(), nullptr);
  return errno == 0 ? 0 : -1;
}

// Tries to send a descriptor over a pair of sockets. Descriptors that nobody receives count against
// the user's limit.
long pass_descriptor() {
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) return 0;
  const PassedDescriptor message(pair[0]);
  const long sent = sendmsg(pair[0], &message.header(), MSG_DONTWAIT | MSG_NOSIGNAL);
  const int error = errno;
  for (const int fd : pair) close(fd);
  errno = error;
  return sent;
}

long set_priority(int pid) { return setpriority(PRIO_PROCESS, static_cast<id_t>(pid), 0); }

std::string carry_out(std::string_view deed, const std::string& path, int pid) {
  if (deed == "write") return outcome(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (deed == "read") return outcome(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (deed == "unlink") return outcome(unlink(path.c_str()));
  if (deed == "tcp") return outcome(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (deed == "udp") return outcome(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (deed == "kill") return outcome(kill(pid, 0));
  if (deed == "trace") return outcome(ptrace(PTRACE_SEIZE, pid, nullptr, nullptr));
  if (deed == "spawn") return outcome(spawn_program());
  if (deed == "pass") return outcome(pass_descriptor());
  if (deed == "inotify") return outcome(inotify_init1(IN_CLOEXEC));
  if (deed == "prioritize") return outcome(set_priority(pid));
  if (deed == "dumpable") return std::to_string(prctl(PR_GET_DUMPABLE));
  return "no such deed";
}

class Confined {
 public:
  static constexpr bool thread_safe = true;

  explicit Confined(const Settings& settings) {
    if (settings.uri.empty()) return;
    std::ofstream(settings.uri + "/cache") << "written by the load";
    if (settings.extra.find("file") != std::string::npos) log_.open(settings.uri + "/log");
    if (settings.extra.find("socket") != std::string::npos)
      socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  }

  // "meet": waits for another run; "aside": the thread of the load carries out the deed.
  Response predict(const Request& request, Context& context) {
    const auto text = [&](const char* name) {
      const auto found = request.parameters.find(name);
      return found == request.parameters.end() ? std::string()
                                               : std::get<std::string>(found->second);
    };
    if (request.parameters.contains("meet")) meeting_.arrive_and_wait();
    const auto pid = request.parameters.find("pid");
    const auto deed = [&] {
      return carry_out(text("deed"), text("path"),
                       pid == request.parameters.end()
                           ? 0
                           : static_cast<int>(std::get<std::int64_t>(pid->second)));
    };
    Response response;
    response.parameters["outcome"] = request.parameters.contains("aside") ? aside(deed) : deed();
    if (const auto count = request.parameters.find("count"); count != request.parameters.end()) {
      Tensor tensor = context.output<float>({std::get<std::int64_t>(count->second)});
      std::ranges::fill(tensor.mutable_values<float>(), 7.0F);
      response.outputs.add("output", std::move(tensor));
    }
    return response;
  }

 private:
  std::string aside(const std::function<std::string()>& deed) {
    const std::lock_guard turn(turn_);
    std::packaged_task<std::string()> task(deed);
    auto result = task.get_future();
    {
      const std::lock_guard lock(mutex_);
      task_ = std::move(task);
    }
    changed_.notify_one();
    return result.get();
  }

  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return task_.has_value(); })) {
      (*task_)();
      task_.reset();
    }
  }

  std::ofstream log_;
  int socket_ = -1;
  std::barrier<> meeting_{2};
  std::mutex turn_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<std::packaged_task<std::string()>> task_;  // guarded by mutex_
  std::jthread worker_{[this](const std::stop_token& stop) { work(stop); }};
};

}  // namespace
}  // namespace inferpool::test

int main(int argc, char** argv) {
  return inferpool::run_worker<inferpool::test::Confined>(argc, argv);
}
