// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

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

  // The median of the runs.
  [[nodiscard]] double value() const;
  // False without a run.
  [[nodiscard]] bool holds() const;
};

// "2.93 x  <= 3 x  holds" as one line, with the note.
[[nodiscard]] std::string to_string(const Figure& figure);

}  // namespace bench
