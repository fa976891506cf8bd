// SPDX-License-Identifier: Apache-2.0
// Misbehaves on request: see faulty.hpp. Settings::extra says how it loads:
//   {"load": "throw" | "throw_number" | "die" | "exit" | "hang" | "wait" | "read" | "print", ...}
//   "while": the load misbehaves only while this file exists
//   "log":   each load appends a line with the time (ns, monotonic), the index and the pid
//   "go":    "wait" waits for this file, "read" reads it
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <inferpool/error.hpp>
#include <inferpool/worker.hpp>

#include "settings/json_reader.hpp"
#include "shims/clock_jumps.hpp"
#include "workers/faulty.hpp"

namespace inferpool::test {
namespace {

using namespace std::chrono_literals;

void read_file(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  std::array<char, 16> start;
  [[maybe_unused]] const auto size = ::read(fd, start.data(), start.size());
  ::close(fd);
}

bool exists(const std::string& file) { return ::access(file.c_str(), F_OK) == 0; }

void touch(const std::string& file) {
  if (!file.empty()) ::close(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

// The wait is bounded, so that a failed test leaves no process.
template <typename F>
void wait_until(F predicate, std::chrono::seconds limit = 100s) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!predicate() && std::chrono::steady_clock::now() < end) ::poll(nullptr, 0, 1);
}

[[noreturn]] void end_by(int number) {
  ::signal(number, SIG_DFL);  // a sanitizer's handler would turn it into an exit
  ::raise(number);
  std::abort();
}

[[noreturn]] void deadlock() {
  std::mutex first;
  std::mutex second;
  std::latch both(2);
  const auto lock = [&](std::mutex& mine, std::mutex& others) {
    const std::lock_guard held(mine);
    both.arrive_and_wait();
    const std::lock_guard never(others);
  };
  std::thread other([&] { lock(second, first); });
  lock(first, second);
  std::abort();
}

void toil(std::size_t bytes) {
  const std::vector<char> touched(bytes, 1);
  const volatile char* const seen = touched.data();
  const std::clock_t end = std::clock() + CLOCKS_PER_SEC / 5;
  while (std::clock() < end && seen[bytes / 2] == 1) {
  }
}

std::string limits() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  cpu_set_t cpus;
  ::sched_getaffinity(0, sizeof(cpus), &cpus);
  std::string text = std::to_string(files.rlim_cur) + " " + std::to_string(files.rlim_max);
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &cpus)) text += " " + std::to_string(cpu);
  }
  return text;
}

std::string member(const settings::json::Value& object, std::string_view name) {
  for (const settings::json::Member& m : object.members) {
    if (m.name == name) return m.value.text;
  }
  return {};
}

// Exported, so that a stack can name them.
extern "C" __attribute__((noinline)) void faulty_worker_spins() {
  for (const auto end = std::chrono::steady_clock::now() + 100s;
       std::chrono::steady_clock::now() < end;) {
  }
}

extern "C" __attribute__((noinline)) void faulty_worker_sleeps() {
  wait_until([] { return false; });
}

extern "C" __attribute__((noinline)) int faulty_worker_faults() {
  volatile std::uintptr_t nowhere = 0;  // volatile: for a known null the compiler emits a trap
  return *reinterpret_cast<volatile int*>(nowhere);
}

void leak(std::size_t bytes) {
  static std::vector<std::string> leaked;  // reachable, so no leak for a sanitizer
  leaked.emplace_back(bytes, 'x');
}

class FaultyModel {
 public:
  static constexpr bool thread_safe = true;

  FaultyModel(const Settings& settings, WorkerInfo info) : info_(info) {
    if (settings.extra.empty()) return;
    const settings::json::Value extra = settings::json::read(settings.extra, "extra");
    if (const std::string log = member(extra, "log"); !log.empty()) append_line(log);
    const std::string condition = member(extra, "while");
    if (condition.empty() || exists(condition)) load(member(extra, "load"), member(extra, "go"));
  }

  Report predict(const Command& command, Context& context) {
    const std::string text(text_of(command.text));
    if (command.deed != Deed::kEnvironment && command.deed != Deed::kRead) touch(text);
    Report report{.number = command.number,
                  .pid = ::getpid(),
                  .index = info_.index,
                  .generation = info_.generation};
    carry_out(command, text, context, report);
    return report;
  }

 private:
  void append_line(const std::string& log) const {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    const std::string line = std::to_string(std::chrono::nanoseconds(now).count()) + " " +
                             std::to_string(info_.index) + " " + std::to_string(::getpid()) + "\n";
    const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    [[maybe_unused]] const auto written = ::write(fd, line.data(), line.size());
    ::close(fd);
  }

  static void load(const std::string& how, const std::string& go) {
    if (how == "print" || how == "die" || how == "exit")
      std::fputs("loading the weights\n", stderr);
    if (how == "throw") throw std::runtime_error("the weights are missing");
    if (how == "throw_number") throw 42;
    if (how == "die") end_by(SIGKILL);
    if (how == "exit") std::exit(0);
    if (how == "hang") wait_until([] { return false; });
    if (how == "wait") wait_until([&] { return exists(go); });
    if (how == "read") read_file(go);
  }

  static void carry_out(const Command& command, const std::string& text, Context& context,
                        Report& report) {
    switch (command.deed) {
      case Deed::kAnswer:
        return;
      case Deed::kThrow:
        throw std::out_of_range("no class 11 in a model of 10");
      case Deed::kThrowNumber:
        throw 42;
      case Deed::kThrowError:
        throw Error(ErrorCode::kStopped, "a text of the model's own");
      case Deed::kHold:
        return wait_until([&] { return exists(text + ".go"); });
      case Deed::kHoldThenExit:
        wait_until([&] { return exists(text + ".go"); });
        ::_exit(static_cast<int>(command.number));
      case Deed::kUntilCancelled:
        wait_until([&] { return context.cancelled(); });
        touch(text + ".cancelled");
        if (command.number == 1) wait_until([&] { return exists(text + ".go"); });
        return;
      case Deed::kPrint:
        std::puts("out");
        std::fputs("err\n", stderr);
        return;
      case Deed::kEnvironment:
        if (const char* value = std::getenv(text.c_str())) set_text(report.text, value);
        return;
      case Deed::kLeak:
        return leak(static_cast<std::size_t>(command.number));
      case Deed::kRead:
        return read_file(text);
      case Deed::kLimits:
        return set_text(report.text, limits());
      case Deed::kJumps:
        report.number = hours_of_jumps();
        return;
      case Deed::kStop:
        ::raise(SIGSTOP);
        return;
      default:
        end(command);
    }
  }

  [[noreturn]] static void end(const Command& command) {
    switch (command.deed) {
      case Deed::kAbort:
        end_by(SIGABRT);
      case Deed::kSegfault:
        end_by(SIGSEGV);
      case Deed::kExit:
        std::exit(static_cast<int>(command.number));
      case Deed::kExitAtOnce:
        ::_exit(static_cast<int>(command.number));
      case Deed::kComplainAndKill:
        std::fputs(std::string(static_cast<std::size_t>(command.number), '.').c_str(), stderr);
        std::fputs("the last words\n", stderr);
        end_by(SIGKILL);
      case Deed::kMutterAndKill:
        std::fputs("no newline", stderr);
        end_by(SIGKILL);
      case Deed::kToilAndKill:
        toil(static_cast<std::size_t>(command.number));
        end_by(SIGKILL);
      case Deed::kFault:
        faulty_worker_faults();
        end_by(SIGKILL);
      case Deed::kSleepForever:
        faulty_worker_sleeps();
        end_by(SIGKILL);
      case Deed::kDeadlock:
        deadlock();
      case Deed::kSpinForever:
        faulty_worker_spins();
        end_by(SIGKILL);
      default:
        end_by(SIGKILL);
    }
  }

  WorkerInfo info_;
};

}  // namespace
}  // namespace inferpool::test

int main(int argc, char** argv) {
  return inferpool::run_worker<inferpool::test::FaultyModel>(argc, argv);
}
