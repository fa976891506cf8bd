// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace bench {

// With these two classes the kernel tells the calling thread what the thread does, without a second
// process that watches. They need Linux on x86-64; elsewhere they throw std::runtime_error. At most
// one of each kind may exist at a time.

// While armed, it notices the next system call of the calling thread and lets it through. That
// disarms it.
class SystemCallTrap {
 public:
  SystemCallTrap();
  ~SystemCallTrap();
  SystemCallTrap(const SystemCallTrap&) = delete;
  SystemCallTrap& operator=(const SystemCallTrap&) = delete;

  void arm() noexcept;
  // True if there was a system call since arm().
  bool disarm() noexcept;
};

// Counts how often the calling thread reads the processor's counter while the object lives, both in
// the library and in the kernel's page that steady_clock uses.
class CounterTrap {
 public:
  CounterTrap();
  ~CounterTrap();
  CounterTrap(const CounterTrap&) = delete;
  CounterTrap& operator=(const CounterTrap&) = delete;

  [[nodiscard]] std::uint64_t readings() const noexcept;
  // Whether the kernel says that readings trap. On some virtual machines it says so although they
  // do not.
  [[nodiscard]] static bool armed() noexcept;
};

}  // namespace bench
