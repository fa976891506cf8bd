// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace inferpool::worker {

// These bits of the argument's lower 32 must equal one of the values or, if `self` is set, the
// number of the worker's process.
struct Condition {
  std::size_t argument = 0;
  std::span<const std::uint32_t> values = {};
  bool self = false;
  std::uint32_t bits = ~std::uint32_t{0};
};

// A system call that a confined worker may make if all conditions hold.
struct CallRule {
  std::uint32_t call = 0;
  std::span<const Condition> conditions = {};
};

[[nodiscard]] std::span<const CallRule> call_rules() noexcept;

// A confined worker may use these controls of ioctl: the allowed ones, and all of a kind (the
// second byte of a control) that a driver of accelerators uses.
struct DriverKind {
  std::uint32_t kind = 0;
  // Only controls that encode a size. Other drivers use the same byte in old, plain numbers.
  bool sized = false;
};
[[nodiscard]] std::span<const std::uint32_t> allowed_controls() noexcept;
[[nodiscard]] std::span<const DriverKind> driver_kinds() noexcept;

// The options of prctl that it may not use. All others concern only itself.
[[nodiscard]] std::span<const std::uint32_t> refused_options() noexcept;

}  // namespace inferpool::worker
