// SPDX-License-Identifier: Apache-2.0
#include "worker/last_stack.hpp"

#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <string_view>

namespace inferpool::worker {
namespace {

constexpr std::size_t kMostThreads = 64;
constexpr int kMostFrames = 64;
constexpr int kWrittenFrames = 24;    // for all threads: an error keeps 4 KiB
constexpr int kFewestFrames = 6;      // for each thread
constexpr unsigned kMostSeconds = 2;  // how long a thread that crashed may write
constexpr int kPatience = 200;        // ms, for all threads together: the host waits for 500 ms

std::array<std::atomic<pid_t>, kMostThreads> threads;  // those that serve; 0: none
std::atomic<pid_t> asked{0};                           // the thread that is to write its stack now

pid_t this_thread() noexcept { return static_cast<pid_t>(syscall(SYS_gettid)); }

// --- called by signal handlers: no allocation, no lock of ours ---

// One line, written in one piece.
class Line {
 public:
  Line& text(std::string_view text, std::size_t most = 120) noexcept {
    const std::size_t size = std::min({text.size(), most, bytes_.size() - 1 - used_});
    std::memcpy(bytes_.data() + used_, text.data(), size);
    used_ += size;
    return *this;
  }
  Line& number(std::uintptr_t number, unsigned base = 10) noexcept {
    std::array<char, 24> digits;
    std::size_t at = digits.size();
    do {
      digits[--at] = "0123456789abcdef"[number % base];
      number /= base;
    } while (number != 0);
    return text({digits.data() + at, digits.size() - at});
  }
  ~Line() {
    bytes_[used_] = '\n';
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, bytes_.data(), used_ + 1);
  }
  Line() = default;
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

 private:
  std::array<char, 400> bytes_;
  std::size_t used_ = 0;
};

// "  #1 predict+0x1c (model_worker+0x2a31c)": the second pair is what addr2line takes.
void write_frame(int index, std::uintptr_t address) noexcept {
  Line line;
  line.text("  #").number(static_cast<std::uintptr_t>(index)).text(" ");
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(address), &info) == 0 || info.dli_fname == nullptr) {
    line.text("0x").number(address, 16);
    return;
  }
  if (info.dli_sname != nullptr) {
    line.text(info.dli_sname).text("+0x");
    line.number(address - reinterpret_cast<std::uintptr_t>(info.dli_saddr), 16).text(" ");
  }
  std::string_view module = info.dli_fname;
  module.remove_prefix(module.rfind('/') + 1);  // npos + 1 is 0
  line.text("(").text(module).text("+0x");
  line.number(address - reinterpret_cast<std::uintptr_t>(info.dli_fbase), 16).text(")");
}

// Where the signal interrupted the thread; 0 if this processor is not known.
std::uintptr_t interrupted_at([[maybe_unused]] const void* context) noexcept {
#if defined(__x86_64__)
  return static_cast<std::uintptr_t>(
      static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return static_cast<std::uintptr_t>(static_cast<const ucontext_t*>(context)->uc_mcontext.pc);
#else
  return 0;
#endif
}

void write_stack(const void* context, int most) noexcept {
  std::array<void*, kMostFrames> frames;
  const int count = backtrace(frames.data(), kMostFrames);
  // Skips the frames of the handler itself.
  int first = 0;
  const std::uintptr_t interrupted = interrupted_at(context);
  for (int i = 0; i < count && first == 0; ++i) {
    if (reinterpret_cast<std::uintptr_t>(frames[static_cast<std::size_t>(i)]) == interrupted)
      first = i;
  }
  for (int i = first; i < std::min(count, first + most); ++i) {
    const auto address = reinterpret_cast<std::uintptr_t>(frames[static_cast<std::size_t>(i)]);
    // A call returns to the address behind it, which may belong to another function.
    write_frame(i - first, i == first ? address : address - 1);
  }
}

int frames_of_each() noexcept {
  const auto count =
      std::count_if(threads.begin(), threads.end(), [](const auto& t) { return t.load() != 0; });
  return std::max(kFewestFrames, kWrittenFrames / std::max(1, static_cast<int>(count)));
}

void write_other_stacks(pid_t self) noexcept {
  int patience = kPatience;
  for (const std::atomic<pid_t>& thread : threads) {
    const pid_t other = thread.load();
    if (other == 0 || other == self) continue;
    asked.store(other);
    if (syscall(SYS_tgkill, getpid(), other, SIGABRT) != 0) continue;
    while (asked.load() == other && patience-- > 0) {
      const timespec millisecond{0, 1'000'000};
      nanosleep(&millisecond, nullptr);
    }
  }
  asked.store(0);
}

void write_title(int number, pid_t thread) noexcept {
  const char* name = sigabbrev_np(number);
  Line()
      .text("stack of thread ")
      .number(static_cast<std::uintptr_t>(thread))
      .text(" at SIG")
      .text(name == nullptr ? "?" : name);
}

// Ends the process even if the thread blocks on a lock, for example while it looks for a name.
void end_soon() noexcept {
  sigset_t alarm_alone;
  sigemptyset(&alarm_alone);
  sigaddset(&alarm_alone, SIGALRM);
  ::signal(SIGALRM, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &alarm_alone, nullptr);
  alarm(kMostSeconds);
}

void on_signal(int number, siginfo_t* info, void* context) {
  const int error = errno;
  const pid_t self = this_thread();
  write_title(number, self);
  if (number == SIGABRT && asked.load() == self) {
    write_stack(context, frames_of_each());
    asked.store(0);  // the thread goes on until the process ends
    errno = error;
    return;
  }
  end_soon();
  const bool from_outside =
      number == SIGABRT && info->si_code == SI_USER && info->si_pid != getpid();
  write_stack(context, from_outside ? frames_of_each() : kWrittenFrames);
  if (from_outside) write_other_stacks(self);
  ::signal(number, SIG_DFL);
  // A fault that the processor raised comes again by itself, at the same instruction. Any other
  // signal is sent again, and is pending until this returns.
  if (info->si_code <= 0) syscall(SYS_tgkill, getpid(), self, number);
  errno = error;
}

}  // namespace

void write_stack_at_end() noexcept {
  std::array<void*, 2> frames;
  backtrace(frames.data(), static_cast<int>(frames.size()));  // the first call loads libgcc_s
  for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    struct sigaction action {};
    if (sigaction(number, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) continue;
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, nullptr);
  }
}

StackedThread::StackedThread() noexcept {
  for (std::atomic<pid_t>& thread : threads) {
    pid_t none = 0;
    if (thread.compare_exchange_strong(none, this_thread())) break;
  }
  stack_t before{};
  if (sigaltstack(nullptr, &before) != 0 || (before.ss_flags & SS_DISABLE) == 0) return;
  const std::size_t size = std::size_t{64} * 1024;
  void* const memory =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) return;
  stack_ = memory;
  size_ = size;
  const stack_t own{.ss_sp = stack_, .ss_flags = 0, .ss_size = size_};
  sigaltstack(&own, nullptr);
}

StackedThread::~StackedThread() {
  for (std::atomic<pid_t>& thread : threads) {
    pid_t self = this_thread();
    thread.compare_exchange_strong(self, 0);
  }
  if (stack_ == nullptr) return;
  const stack_t none{.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
  sigaltstack(&none, nullptr);
  munmap(stack_, size_);
}

}  // namespace inferpool::worker
