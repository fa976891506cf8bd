// SPDX-License-Identifier: Apache-2.0
#include "measure/rounds.hpp"

#include <stdexcept>
#include <utility>

namespace bench {

Rounds::Rounds(std::vector<Contender> contenders, const RoundsPlan& plan)
    : contenders_(std::move(contenders)),
      plan_(plan),
      samples_(contenders_.size(), std::vector<Samples>(static_cast<std::size_t>(plan.runs))) {}

void Rounds::run(Progress* progress) {
  for (const Contender& contender : contenders_) {
    Samples warm_up;
    contender.work(plan_.slice, warm_up);
  }
  for (int run = 0; run < plan_.runs; ++run) {
    if (progress != nullptr)
      progress->detail("run " + std::to_string(run + 1) + " of " + std::to_string(plan_.runs));
    for (int slice = 0; slice < plan_.slices; ++slice) {
      for (std::size_t i = 0; i < contenders_.size(); ++i) {
        const std::size_t turn = (i + static_cast<std::size_t>(slice)) % contenders_.size();
        contenders_[turn].work(plan_.slice, samples_[turn][static_cast<std::size_t>(run)]);
      }
    }
  }
}

const std::string& Rounds::name(std::size_t contender) const {
  return contenders_.at(contender).name;
}

std::size_t Rounds::index(const std::string& name) const {
  for (std::size_t i = 0; i < contenders_.size(); ++i)
    if (contenders_[i].name == name) return i;
  throw std::out_of_range("bench::Rounds: there is no contender " + name);
}

const Samples& Rounds::samples(std::size_t contender, int run) const {
  return samples_.at(contender).at(static_cast<std::size_t>(run));
}

Samples Rounds::all(std::size_t contender) const {
  Samples together;
  for (const Samples& one : samples_.at(contender)) together.add(one);
  return together;
}

std::vector<double> Rounds::quantiles(std::size_t contender, double q) const {
  std::vector<double> result;
  for (const Samples& one : samples_.at(contender)) result.push_back(one.quantile(q));
  return result;
}

std::vector<double> Rounds::means(std::size_t contender) const {
  std::vector<double> result;
  for (const Samples& one : samples_.at(contender)) result.push_back(one.mean());
  return result;
}

}  // namespace bench
