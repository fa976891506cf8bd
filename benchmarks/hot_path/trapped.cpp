// SPDX-License-Identifier: Apache-2.0
#include "hot_path/trapped.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <ucontext.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <system_error>

namespace bench {

#if defined(__x86_64__)

namespace {

// From <linux/prctl.h>; older versions lack them.
constexpr int kSetDispatch = 59;  // PR_SET_SYSCALL_USER_DISPATCH
constexpr unsigned long kDispatchOff = 0;
constexpr unsigned long kDispatchOn = 1;
constexpr char kAllow = 0;
constexpr char kBlock = 1;

volatile char selector = kAllow;
volatile bool called = false;
volatile std::uint64_t readings_made = 0;

void check(bool fine, const char* what) {
  if (!fine) throw std::system_error(errno, std::generic_category(), what);
}

void handle(int signal, void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action = {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO;
  check(sigaction(signal, &action, nullptr) == 0, "sigaction");
}

// The kernel has passed the instruction without the system call. This goes back to the instruction
// and lets the call through.
void on_system_call(int /*signal*/, siginfo_t* info, void* context) {
  auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  constexpr int kSyscallBytes = 2;
  selector = kAllow;
  called = true;
  registers[REG_RIP] -= kSyscallBytes;
  registers[REG_RAX] = info->si_syscall;
}

// Does what the instruction at fault would have done: rdtsc is 0f 31, rdtscp 0f 01 f9.
void on_fault(int /*signal*/, siginfo_t* /*info*/, void* context) {
  auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  const auto* const code = reinterpret_cast<const unsigned char*>(registers[REG_RIP]);
  const bool is_rdtsc = code[0] == 0x0f && code[1] == 0x31;
  const bool is_rdtscp = code[0] == 0x0f && code[1] == 0x01 && code[2] == 0xf9;
  if (!is_rdtsc && !is_rdtscp) {
    signal(SIGSEGV, SIG_DFL);  // a real fault: it comes again and ends the process
    return;
  }
  prctl(PR_SET_TSC, PR_TSC_ENABLE);
  unsigned processor = 0;
  const std::uint64_t counter = __builtin_ia32_rdtscp(&processor);
  prctl(PR_SET_TSC, PR_TSC_SIGSEGV);
  registers[REG_RAX] = static_cast<greg_t>(counter & 0xffff'ffffU);
  registers[REG_RDX] = static_cast<greg_t>(counter >> 32U);
  if (is_rdtscp) registers[REG_RCX] = processor;
  registers[REG_RIP] += is_rdtscp ? 3 : 2;
  readings_made = readings_made + 1;
}

}  // namespace

SystemCallTrap::SystemCallTrap() {
  handle(SIGSYS, on_system_call);
  check(prctl(kSetDispatch, kDispatchOn, 0UL, 0UL, &selector) == 0,
        "the kernel cannot trap system calls (it is older than 5.11)");
}

SystemCallTrap::~SystemCallTrap() {
  prctl(kSetDispatch, kDispatchOff, 0UL, 0UL, 0UL);
  signal(SIGSYS, SIG_DFL);
}

void SystemCallTrap::arm() noexcept {
  called = false;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  selector = kBlock;
}

bool SystemCallTrap::disarm() noexcept {
  selector = kAllow;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  return called;
}

CounterTrap::CounterTrap() {
  readings_made = 0;
  handle(SIGSEGV, on_fault);
  check(prctl(PR_SET_TSC, PR_TSC_SIGSEGV) == 0, "the processor's counter cannot be trapped");
}

CounterTrap::~CounterTrap() {
  prctl(PR_SET_TSC, PR_TSC_ENABLE);
  signal(SIGSEGV, SIG_DFL);
}

std::uint64_t CounterTrap::readings() const noexcept { return readings_made; }

bool CounterTrap::armed() noexcept {
  int mode = 0;
  return prctl(PR_GET_TSC, &mode) == 0 && mode == PR_TSC_SIGSEGV;
}

#else

namespace {

[[noreturn]] void refuse() {
  throw std::runtime_error("system calls and clock readings are counted on x86-64 only");
}

}  // namespace

SystemCallTrap::SystemCallTrap() { refuse(); }
SystemCallTrap::~SystemCallTrap() = default;
void SystemCallTrap::arm() noexcept {}
bool SystemCallTrap::disarm() noexcept { return false; }
CounterTrap::CounterTrap() { refuse(); }
CounterTrap::~CounterTrap() = default;
std::uint64_t CounterTrap::readings() const noexcept { return 0; }
bool CounterTrap::armed() noexcept { return false; }

#endif

}  // namespace bench
