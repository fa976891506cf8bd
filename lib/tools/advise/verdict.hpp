// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tools/advise/figures.hpp"

namespace inferpool::tools {

// Whether a pool answers more calls than the model in its host's process would, one call after the
// other: at least kWorthwhile times as many.
enum class Outcome : std::uint8_t {
  kPays,
  kDoesNotPay,
  kTooClose,  // the figures vary too much, or lie too close to the limit, to tell
};
inline constexpr double kWorthwhile = 1.1;

// Why it does not pay.
enum class Limit : std::uint8_t {
  kNone,          // it does, or may
  kTooShort,      // the way to a worker and back costs more than the processors gain
  kOneCore,       // there is one processor, and the model keeps it busy
  kDoesNotScale,  // two runs at once hinder each other: memory, a device, threads of their own
};

[[nodiscard]] std::string_view name(Outcome outcome) noexcept;  // "pays"
[[nodiscard]] std::string_view name(Limit limit) noexcept;      // "too_short"

// Times in seconds.
struct Verdict {
  Outcome outcome = Outcome::kTooClose;
  Limit limit = Limit::kNone;
  int workers = 1;        // the fewest that come close to the most calls a second that were seen
  Spread gain = {};       // their calls a second over those of one thread in the host's process
  bool waits = false;     // more workers than cores gained: the model does not only compute
  bool more_may = false;  // the most workers that were tried were the best by far
  // From these run times on, about, as the probe says: a model that computes gains from a pool of
  // Figures::probe_workers; and a pool adds less than kSmallShare to a call. None where the longest
  // run did not, and the first with one core.
  std::optional<double> break_even = {};
  std::optional<double> small_overhead = {};
};

// Requires at least one load, loads in the order of their workers, and the probe in that of its
// runs.
[[nodiscard]] Verdict judge(const Figures& figures);

}  // namespace inferpool::tools
