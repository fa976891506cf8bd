// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace inferpool::worker {

// The bits of an argument, of its lower 32, must be one of the values, or, where `self` says so,
// the number of the worker's process.
struct Condition {
  std::size_t argument = 0;
  std::span<const std::uint32_t> values = {};
  bool self = false;
  std::uint32_t bits = ~std::uint32_t{0};
};

// A system call that a confined worker may make where all conditions hold.
struct CallRule {
  std::uint32_t call = 0;
  std::span<const Condition> conditions = {};
};

[[nodiscard]] std::span<const CallRule> call_rules() noexcept;

// What a confined worker may ask of a descriptor by ioctl: these controls, and all of the kinds
// (the second byte of a control) that the drivers of accelerators have.
struct DriverKind {
  std::uint32_t kind = 0;
  // The same byte stands for others, whose controls are old plain numbers: none of those.
  bool sized = false;
};
[[nodiscard]] std::span<const std::uint32_t> allowed_controls() noexcept;
[[nodiscard]] std::span<const DriverKind> driver_kinds() noexcept;

// What it may not ask by prctl. All else there concerns itself alone.
[[nodiscard]] std::span<const std::uint32_t> refused_options() noexcept;

}  // namespace inferpool::worker
