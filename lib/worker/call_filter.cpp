// SPDX-License-Identifier: Apache-2.0
#include "worker/call_filter.hpp"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "core/format.hpp"
#include "core/system_error.hpp"
#include "worker/call_rules.hpp"
#include "worker/refused_calls.hpp"

namespace inferpool::worker {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "no filter of system calls for this processor"
#endif

// Numbers that both processors share; older headers lack their names.
constexpr std::uint32_t kClone3 = 435;
constexpr std::uint32_t kOpenat2 = 437;
constexpr std::uint32_t kLastKnown = 462;  // mseal

constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint32_t kUnknown = SECCOMP_RET_ERRNO | ENOSYS;

constexpr std::uint32_t kKindOfControl = 0xff00;
constexpr std::uint32_t kMostOfControl = 0xffff0000;
constexpr std::uint32_t kAllButNumber = 0xffffff00;

sock_filter give(std::uint32_t verdict) { return {BPF_RET | BPF_K, 0, 0, verdict}; }
sock_filter load(std::size_t offset) {
  return {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)};
}
// Loads the lower half of an argument, on machines of this byte order: an int has no more.
sock_filter argument(std::size_t number) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
  return load(offsetof(seccomp_data, args) + number * sizeof(std::uint64_t));
}
sock_filter keep(std::uint32_t bits) { return {BPF_ALU | BPF_AND | BPF_K, 0, 0, bits}; }
sock_filter skip_unless(std::uint32_t value, std::size_t count) {
  return {BPF_JMP | BPF_JEQ | BPF_K, 0, static_cast<std::uint8_t>(count), value};
}
sock_filter skip_if(std::uint32_t value, std::size_t count) {
  return {BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint8_t>(count), 0, value};
}

// Writes a filter. Between two rules, the number of the call is loaded.
class Rules {
 public:
  using Steps = std::vector<sock_filter>;

  void add(const Steps& steps) { filter_.insert(filter_.end(), steps.begin(), steps.end()); }
  // Adds the steps for one call. They end in a verdict, so they need not load the number again.
  void on(std::uint32_t call, const Steps& steps) {
    if (steps.size() > kLongestJump) throw std::logic_error("too many steps for one system call");
    add({skip_unless(call, steps.size())});
    add(steps);
  }
  void refuse(std::uint32_t call) { on(call, {give(kRefuse)}); }
  [[nodiscard]] Steps take() { return std::move(filter_); }

 private:
  static constexpr std::size_t kLongestJump = 255;
  Steps filter_;
};

void begin(Rules& rules) {
  // Code for another processor (32 bit) has other numbers for its calls.
  rules.add({load(offsetof(seccomp_data, arch)), skip_if(kArchitecture, 1), give(kUnknown)});
  rules.add({load(offsetof(seccomp_data, nr))});
  rules.add({{BPF_JMP | BPF_JGT | BPF_K, 0, 1, kLastKnown}, give(kUnknown)});
  rules.on(kOpenat2, {give(kUnknown)});
  rules.on(kClone3, {give(kUnknown)});
  // Libraries take this for a file system without locks.
  rules.on(__NR_flock, {give(kUnknown)});
}

// Refuses the call if the condition does not hold; else the filter goes on after these steps.
void require(const Condition& condition, std::uint32_t self, Rules::Steps& steps) {
  std::vector<std::uint32_t> values(condition.values.begin(), condition.values.end());
  if (condition.self) values.push_back(self);
  steps.push_back(argument(condition.argument));
  if (condition.bits != ~std::uint32_t{0}) steps.push_back(keep(condition.bits));
  for (std::size_t i = 0; i < values.size(); ++i)
    steps.push_back(skip_if(values[i], values.size() - i));
  steps.push_back(give(kRefuse));
}

void add_rules(Rules& rules, std::uint32_t self) {
  for (const CallRule& rule : call_rules()) {
    Rules::Steps steps;
    for (const Condition& condition : rule.conditions) require(condition, self, steps);
    steps.push_back(give(SECCOMP_RET_ALLOW));
    rules.on(rule.call, steps);
  }
  Rules::Steps steps{argument(0)};
  for (const std::uint32_t option : refused_options()) {
    steps.push_back(skip_unless(option, 1));
    steps.push_back(give(kRefuse));
  }
  steps.push_back(give(SECCOMP_RET_ALLOW));
  rules.on(__NR_prctl, steps);
}

void add_controls(Rules& rules) {
  constexpr std::size_t kControl = 1;
  Rules::Steps steps{argument(kControl)};
  for (const std::uint32_t control : allowed_controls()) {
    steps.push_back(skip_unless(control, 1));
    steps.push_back(give(SECCOMP_RET_ALLOW));
  }
  for (const DriverKind& driver : driver_kinds()) {
    if (driver.kind == 0) {  // plain numbers only
      steps.insert(steps.end(), {argument(kControl), keep(kAllButNumber), skip_unless(0, 1),
                                 give(SECCOMP_RET_ALLOW)});
      continue;
    }
    const sock_filter allow = give(SECCOMP_RET_ALLOW);
    steps.insert(steps.end(), {argument(kControl), keep(kKindOfControl)});
    if (driver.sized) {
      steps.push_back(skip_unless(driver.kind << 8U, 4));
      steps.insert(steps.end(), {argument(kControl), keep(kMostOfControl), skip_if(0, 1), allow});
    } else {
      steps.insert(steps.end(), {skip_unless(driver.kind << 8U, 1), allow});
    }
  }
  steps.push_back(give(kRefuse));
  rules.on(__NR_ioctl, steps);
}

}  // namespace

std::vector<sock_filter> call_filter(pid_t self) {
  Rules rules;
  begin(rules);
  add_rules(rules, static_cast<std::uint32_t>(self));
  add_controls(rules);
  for (const std::uint32_t call : refused_calls()) rules.refuse(call);
  rules.add({give(SECCOMP_RET_ALLOW)});
  return rules.take();
}

void filter_calls() {
  std::vector<sock_filter> filter = call_filter(getpid());
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    throw std::runtime_error(core::system_failure("prctl(PR_SET_NO_NEW_PRIVS)", errno));
  const long result =
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  if (result < 0) {
    throw std::runtime_error(core::formatted("this system does not filter system calls ({})",
                                             core::system_failure("seccomp", errno)));
  }
  if (result > 0) {
    throw std::runtime_error(core::formatted(
        "thread {} of the worker has a filter of system calls that the others have not", result));
  }
}

}  // namespace inferpool::worker
