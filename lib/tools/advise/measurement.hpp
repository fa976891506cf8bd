// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include <inferpool/settings.hpp>

#include "tools/advise/figures.hpp"
#include "tools/model_input.hpp"

namespace inferpool::tools {

// Called with the next step: "2 of 4 workers: loading the model".
using Progress = std::function<void(std::string_view)>;

struct Budget {
  double seconds = 5;  // for calls; loading the model and slow calls take more
  int workers = 4;     // the most to try; at least 2
};

// Measures one model with one input, by calls to pools of 1, 2, ... workers. Measures also what a
// pool costs models of other run times, by calls to a probe. There is one pool at a time.
class Measurement {
 public:
  // `settings` name the model and its worker. The measurement sets workers, queue and timeout
  // itself.
  Measurement(Settings settings, ModelInput input, Budget budget, Progress progress);

  // Throws the Error of a pool or of a call.
  [[nodiscard]] Figures take(int cores);

 private:
  void measure_model(Figures& figures);
  void measure_probe(Figures& figures);

  Settings settings_;
  ModelInput input_;
  Budget budget_;
  Progress progress_;
  std::size_t output_bytes_ = 0;  // of the model's answer
};

}  // namespace inferpool::tools
