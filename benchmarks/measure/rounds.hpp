// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "measure/progress.hpp"
#include "measure/samples.hpp"
#include "measure/timing.hpp"

namespace bench {

// One way to do a thing, which takes turns with the others.
struct Contender {
  std::string name;
  // Works for about `slice` and adds what it measured.
  std::function<void(Nanoseconds slice, Samples& samples)> work;
};

struct RoundsPlan {
  int runs = 5;
  int slices = 10;  // of each contender in a run
  Nanoseconds slice = std::chrono::milliseconds(20);
};

// Several contenders, interleaved: within a run each has its slices in turn with the others, the
// order rotating, so that a noisy moment of the machine meets them all. One slice of each is
// warm-up and not counted. A ratio is formed within each run, a figure is the median of these
// ratios.
class Rounds {
 public:
  Rounds(std::vector<Contender> contenders, const RoundsPlan& plan);

  // `progress` is told each run, where there is one.
  void run(Progress* progress = nullptr);

  [[nodiscard]] int runs() const noexcept { return plan_.runs; }
  [[nodiscard]] std::size_t contenders() const noexcept { return contenders_.size(); }
  [[nodiscard]] const std::string& name(std::size_t contender) const;
  // The index of the contender of this name; throws std::out_of_range.
  [[nodiscard]] std::size_t index(const std::string& name) const;

  [[nodiscard]] const Samples& samples(std::size_t contender, int run) const;
  // Of all runs together.
  [[nodiscard]] Samples all(std::size_t contender) const;
  // One value a run.
  [[nodiscard]] std::vector<double> quantiles(std::size_t contender, double q) const;
  [[nodiscard]] std::vector<double> means(std::size_t contender) const;

 private:
  std::vector<Contender> contenders_;
  RoundsPlan plan_;
  std::vector<std::vector<Samples>> samples_;  // [contender][run]
};

}  // namespace bench
