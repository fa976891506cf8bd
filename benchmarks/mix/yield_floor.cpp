// SPDX-License-Identifier: Apache-2.0
#include "mix/yield_floor.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <new>
#include <system_error>

namespace bench {
namespace {

enum Request : std::uint32_t { kNone, kAsked, kTaken };

}  // namespace

struct YieldFloor::Shared {
  // All in one cache line, which moves there and back once. With the answers in a line of their own
  // the floor was up to four times as slow.
  struct alignas(128) Slot {
    Word request{kNone};
    Word answers{0};
    Work work = {};
  };

  [[noreturn]] void serve(Patience patience) noexcept;
  bool serve_one(Slot& slot) noexcept;
  Slot& slot(int caller) noexcept { return slots[static_cast<std::size_t>(caller)]; }

  alignas(128) Word callers{0};
  std::array<Slot, kMostCallers> slots;
};

YieldFloor::YieldFloor(int servers, int looks) : looks_(looks) {
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  shared_ = new (memory) Shared;
  for (int i = 0; i < servers; ++i) {
    const pid_t pid = fork();
    if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      sleep_exactly();
      shared_->serve(Patience(looks));
    }
    pids_.push_back(pid);
  }
}

YieldFloor::~YieldFloor() {
  for (const pid_t pid : pids_) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  munmap(shared_, sizeof(Shared));
}

void YieldFloor::serve(int callers) noexcept {
  shared_->callers.store(static_cast<std::uint32_t>(callers), std::memory_order_seq_cst);
  for (std::size_t i = 0; i < pids_.size(); ++i) futex_wake(shared_->callers);
}

void YieldFloor::call(int caller, const Work& work) noexcept {
  const std::uint32_t number = ask(caller, work);
  for (Patience patience(looks_); answered(caller) != number;) patience.wait();
}

std::uint32_t YieldFloor::ask(int caller, const Work& work) noexcept {
  Shared::Slot& slot = shared_->slot(caller);
  slot.work = work;
  const std::uint32_t number = slot.answers.load(std::memory_order_relaxed) + 1;
  slot.request.store(kAsked, std::memory_order_release);
  return number;
}

std::uint32_t YieldFloor::answered(int caller) const noexcept {
  return shared_->slot(caller).answers.load(std::memory_order_acquire);
}

void YieldFloor::Shared::serve(Patience patience) noexcept {
  for (;;) {
    const std::uint32_t served = callers.load(std::memory_order_acquire);
    if (served == 0) {
      futex_wait(callers, 0);
      continue;
    }
    bool found = false;
    for (std::uint32_t i = 0; i < served; ++i) found = serve_one(slots[i]) || found;
    if (found)
      patience.renew();
    else
      patience.wait();
  }
}

bool YieldFloor::Shared::serve_one(Slot& slot) noexcept {
  std::uint32_t state = slot.request.load(std::memory_order_acquire);
  if (state != kAsked ||
      !slot.request.compare_exchange_strong(state, kTaken, std::memory_order_acq_rel))
    return false;
  carry_out(slot.work);
  slot.request.store(kNone, std::memory_order_relaxed);
  slot.answers.fetch_add(1, std::memory_order_release);
  return true;
}

}  // namespace bench
