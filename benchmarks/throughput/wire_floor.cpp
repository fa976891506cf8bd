// SPDX-License-Identifier: Apache-2.0
#include "throughput/wire_floor.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <new>
#include <system_error>

#include "models/work.hpp"

namespace bench {

struct WireFloor::Slot {
  alignas(128) Word request{0};  // the number of the caller's request
  std::uint64_t rounds = 0;
  alignas(128) Word answer{0};  // the number of the last answered request
  Word caller_sleeps{0};
};

struct WireFloor::Process {
  std::array<Slot, kDepth> slots;
  alignas(128) Word bell{0};
  Word sleeps{0};

  [[noreturn]] void serve() noexcept;
  [[nodiscard]] bool pending() const noexcept;
  void sleep() noexcept;
  static void answer(Slot& slot) noexcept;
};

WireFloor::WireFloor(int processes)
    : bytes_(sizeof(Process) * static_cast<std::size_t>(processes)) {
  void* memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  processes_ = static_cast<Process*>(memory);
  for (int i = 0; i < processes; ++i) start_one(static_cast<std::size_t>(i));
}

void WireFloor::start_one(std::size_t index) {
  Process* process = new (processes_ + index) Process;
  const pid_t pid = fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    process->serve();
  }
  pids_.push_back(pid);
}

WireFloor::~WireFloor() {
  for (const pid_t pid : pids_) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  munmap(processes_, bytes_);
}

void WireFloor::call(int caller, std::uint64_t rounds) noexcept {
  const auto index = static_cast<std::size_t>(caller);
  Process& process = processes_[index % pids_.size()];
  Slot& slot = process.slots[index / pids_.size()];
  slot.rounds = rounds;
  const std::uint32_t number = slot.request.load(std::memory_order_relaxed) + 1;
  // Sequentially consistent: either the process sees the request, or this thread sees that the
  // process sleeps.
  slot.request.store(number, std::memory_order_seq_cst);
  if (process.sleeps.load(std::memory_order_seq_cst) != 0) {
    process.bell.fetch_add(1, std::memory_order_seq_cst);
    futex_wake(process.bell);
  }
  slot.caller_sleeps.store(1, std::memory_order_seq_cst);
  while (slot.answer.load(std::memory_order_seq_cst) != number) futex_wait(slot.answer, number - 1);
  slot.caller_sleeps.store(0, std::memory_order_relaxed);
}

void WireFloor::Process::serve() noexcept {
  for (std::size_t next = 0;;) {
    // Looks at the slots in turn, so that no caller waits for more than one request of another.
    for (std::size_t i = 0; i < kDepth; ++i, next = (next + 1) % kDepth) {
      Slot& slot = slots[next];
      if (slot.request.load(std::memory_order_acquire) !=
          slot.answer.load(std::memory_order_relaxed))
        answer(slot);
    }
    if (!pending()) sleep();
  }
}

bool WireFloor::Process::pending() const noexcept {
  for (const Slot& slot : slots)
    if (slot.request.load(std::memory_order_seq_cst) != slot.answer.load(std::memory_order_relaxed))
      return true;
  return false;
}

void WireFloor::Process::sleep() noexcept {
  const std::uint32_t rung = bell.load(std::memory_order_seq_cst);
  sleeps.store(1, std::memory_order_seq_cst);
  if (!pending()) futex_wait(bell, rung);
  sleeps.store(0, std::memory_order_relaxed);
}

void WireFloor::Process::answer(Slot& slot) noexcept {
  work(slot.rounds);
  slot.answer.store(slot.request.load(std::memory_order_relaxed), std::memory_order_seq_cst);
  if (slot.caller_sleeps.load(std::memory_order_seq_cst) != 0) futex_wake(slot.answer);
}

}  // namespace bench
