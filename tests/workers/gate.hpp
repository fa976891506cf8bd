// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace inferpool::test {

// A gate that a test and its workers share through a file: who comes to it waits until the test
// lets it in.
class Gate {
 public:
  // Makes the file where there is none: a gate that is shut.
  explicit Gate(const std::string& path) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, sizeof(State)) != 0) throw std::runtime_error("no gate " + path);
    void* const mapped = mmap(nullptr, sizeof(State), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped == MAP_FAILED) throw std::runtime_error("gate " + path + " cannot be mapped");
    state_ = static_cast<State*>(mapped);
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate() { munmap(state_, sizeof(State)); }

  // Waits until so many are let in that it is this one's turn.
  void pass() noexcept {
    const std::uint32_t place = state_->arrived.fetch_add(1) + 1;
    wait_until_at_least(state_->admitted, place);
  }
  // Waits until `count` have come to the gate, this one included.
  void meet(std::uint32_t count) noexcept {
    state_->arrived.fetch_add(1);
    wake_all(state_->arrived);
    wait_until_at_least(state_->arrived, count);
  }

  [[nodiscard]] std::uint32_t arrived() const noexcept { return state_->arrived.load(); }
  // Lets `count` more in, in the order in which they came.
  void admit(std::uint32_t count) noexcept {
    state_->admitted.fetch_add(count);
    wake_all(state_->admitted);
  }
  void open_for_all() noexcept {
    state_->admitted.store(UINT32_MAX);
    wake_all(state_->admitted);
  }

 private:
  using Word = std::atomic<std::uint32_t>;
  struct State {  // a new file is all zeros
    Word arrived;
    Word admitted;
  };

  // std::atomic's own wait sees only threads of one process.
  static long futex(Word& word, int operation, std::uint32_t value) noexcept {
    return syscall(SYS_futex, &word, operation, value, nullptr, nullptr, 0);
  }
  static void wake_all(Word& word) noexcept { futex(word, FUTEX_WAKE, INT_MAX); }
  static void wait_until_at_least(Word& word, std::uint32_t least) noexcept {
    for (std::uint32_t now = word.load(); now < least; now = word.load())
      futex(word, FUTEX_WAIT, now);
  }

  State* state_ = nullptr;
};

}  // namespace inferpool::test
