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

// One way to do something; it takes turns with the others.
struct Contender {
  std::string name;
  // Works for about `slice` and adds what it measured.
  std::function<void(Nanoseconds slice, Samples& samples)> work;
};

struct RoundsPlan {
  int runs = 5;
  int slices = 10;  // per contender and run
  Nanoseconds slice = std::chrono::milliseconds(20);
};

// Measures several contenders, interleaved. Within a run their slices alternate in rotating order,
// so that a noisy moment of the machine affects them all. The first slice of each is warm-up and
// does not count. Each run gives a ratio; a figure is the median of these ratios.
class Rounds {
 public:
  Rounds(std::vector<Contender> contenders, const RoundsPlan& plan);

  // Reports each run to `progress` if it is given.
  void run(Progress* progress = nullptr);

  [[nodiscard]] int runs() const noexcept { return plan_.runs; }
  [[nodiscard]] std::size_t contenders() const noexcept { return contenders_.size(); }
  [[nodiscard]] const std::string& name(std::size_t contender) const;
  // The index of the contender of this name; throws std::out_of_range.
  [[nodiscard]] std::size_t index(const std::string& name) const;

  [[nodiscard]] const Samples& samples(std::size_t contender, int run) const;
  // The samples of all runs together.
  [[nodiscard]] Samples all(std::size_t contender) const;
  // One value per run.
  [[nodiscard]] std::vector<double> quantiles(std::size_t contender, double q) const;
  [[nodiscard]] std::vector<double> means(std::size_t contender) const;

 private:
  std::vector<Contender> contenders_;
  RoundsPlan plan_;
  std::vector<std::vector<Samples>> samples_;  // [contender][run]
};

}  // namespace bench
