// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tools/advise/figures.hpp"

namespace inferpool::tools {

// Whether a pool answers at least kWorthwhile times as many calls as the model would answer in the
// host's process, one call after the other.
enum class Outcome : std::uint8_t {
  kPays,
  kDoesNotPay,
  kTooClose,  // the figures vary too much, or are too close to the limit, to decide
};
inline constexpr double kWorthwhile = 1.1;

// Why it does not pay.
enum class Limit : std::uint8_t {
  kNone,          // it pays, or may pay
  kTooShort,      // the way to a worker and back costs more than the extra processors gain
  kOneCore,       // there is one processor, and the model keeps it busy
  kDoesNotScale,  // two runs at once slow each other down: memory, a device, their own threads
};

[[nodiscard]] std::string_view name(Outcome outcome) noexcept;  // "pays"
[[nodiscard]] std::string_view name(Limit limit) noexcept;      // "too_short"

// Times in seconds.
struct Verdict {
  Outcome outcome = Outcome::kTooClose;
  Limit limit = Limit::kNone;
  int workers = 1;   // the fewest that come close to the most calls per second measured
  Spread gain = {};  // their calls per second, divided by those of one thread in the host's process
  bool waits = false;     // more workers than cores gained, so the model does not only compute
  bool more_may = false;  // the largest pool that was tried was the best by far
  // Estimated with the probe. From run time break_even on, a model that computes gains from a pool
  // of Figures::probe_workers; none if the longest run did not, or with one core. From run time
  // small_overhead on, a pool adds less than kSmallShare to a call; none if it adds more to the
  // longest run.
  std::optional<double> break_even = {};
  std::optional<double> small_overhead = {};
};

// Requires at least one load, the loads sorted by workers, and the probe's figures sorted by run.
[[nodiscard]] Verdict judge(const Figures& figures);

}  // namespace inferpool::tools
