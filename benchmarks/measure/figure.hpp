// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "measure/instrument.hpp"

namespace bench {

enum class Relation { kAtMost, kBelow, kAtLeast };

// "<=", "<", ">="
[[nodiscard]] std::string_view symbol(Relation relation);
// The reverse; throws std::invalid_argument.
[[nodiscard]] Relation relation_of(std::string_view symbol);

// One thing that was promised: what came out of each run, and the target.
struct Figure {
  std::string what;               // "1 float hot, p50 beside the cache line"
  std::vector<double> runs = {};  // of each run
  Relation relation = Relation::kAtMost;
  double target = 0;
  std::string unit = {};  // "x", "requests/s"
  std::string note = {};  // what limits it, or how it was taken
  // Why there is no run: what would measure it sees nothing here. Empty where it was measured.
  std::string not_measured = {};

  // The median of the runs.
  [[nodiscard]] double value() const;
  // False without a run.
  [[nodiscard]] bool holds() const;
};

// The figure with its runs, or with the reason why there are none: the instrument is blind here, or
// `runs` threw.
[[nodiscard]] Figure measured(Figure figure, const Instrument& instrument,
                              const std::function<std::vector<double>()>& runs);

// "holds", "MISSED", "not measured"
[[nodiscard]] std::string_view outcome(const Figure& figure);

// "2.93 x  <= 3 x  holds" as one line, with the note; "not measured: " and why.
[[nodiscard]] std::string to_string(const Figure& figure);

}  // namespace bench
