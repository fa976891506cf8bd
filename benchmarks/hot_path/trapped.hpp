// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace bench {

// Two ways to have the kernel tell the calling thread what it does, without a second process that
// watches it. Linux on x86-64; elsewhere they throw std::runtime_error. One of each kind at a time.

// While it is armed, the next system call of the calling thread is noticed, and then made; it
// disarms itself so.
class SystemCallTrap {
 public:
  SystemCallTrap();
  ~SystemCallTrap();
  SystemCallTrap(const SystemCallTrap&) = delete;
  SystemCallTrap& operator=(const SystemCallTrap&) = delete;

  void arm() noexcept;
  // True where there was a system call since arm().
  bool disarm() noexcept;
};

// Counts how often the calling thread reads the processor's counter while the object lives, be it
// in the library or in the kernel's page that steady_clock uses.
class CounterTrap {
 public:
  CounterTrap();
  ~CounterTrap();
  CounterTrap(const CounterTrap&) = delete;
  CounterTrap& operator=(const CounterTrap&) = delete;

  [[nodiscard]] std::uint64_t readings() const noexcept;
  // Whether the kernel says that readings trap. On some virtual machines it says so, and they do
  // not.
  [[nodiscard]] static bool armed() noexcept;
};

}  // namespace bench
