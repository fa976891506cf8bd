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
// The reverse of symbol(); throws std::invalid_argument.
[[nodiscard]] Relation relation_of(std::string_view symbol);

// One promise: the result of each run, and the target.
struct Figure {
  std::string what;               // "1 float hot, p50 beside the cache line"
  std::vector<double> runs = {};  // the result of each run
  Relation relation = Relation::kAtMost;
  double target = 0;
  std::string unit = {};  // "x", "requests/s"
  std::string note = {};  // what limits it, or how it was measured
  // Why it was not measured: the instrument sees nothing on this machine. Empty if it was measured.
  std::string not_measured = {};

  // The median of the runs.
  [[nodiscard]] double value() const;
  // False without a run.
  [[nodiscard]] bool holds() const;
};

// Adds the runs to the figure, or the reason for having none: the instrument is blind here, or
// `runs` threw.
[[nodiscard]] Figure measured(Figure figure, const Instrument& instrument,
                              const std::function<std::vector<double>()>& runs);

// "holds", "MISSED", "not measured"
[[nodiscard]] std::string_view outcome(const Figure& figure);

// One line, "2.93 x  <= 3 x  holds", with the note; or "not measured: " with the reason.
[[nodiscard]] std::string to_string(const Figure& figure);

}  // namespace bench
