// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <inferpool/settings.hpp>
#include <inferpool/tensor.hpp>

#include "tools/model_input.hpp"

namespace inferpool::tools {

// A model that computes for as long as it is asked to, and touches nothing but its processor. This
// program serves it to itself: what a pool costs a model of any run time is measured with it.
class Probe {
 public:
  static constexpr bool thread_safe = true;

  explicit Probe(const Settings& settings);
  // `input` as of input(). Gives as many bytes as settings() said.
  [[nodiscard]] Tensor predict(const Tensor& input) const;

  // `settings`, but for a pool of this program as the probe's worker.
  [[nodiscard]] static Settings settings(Settings settings, std::size_t output_bytes);
  // Asks for a run of about `seconds`, in so many bytes, or the few more that this takes.
  [[nodiscard]] static ModelInput input(double seconds, std::size_t bytes);

  // Where this process was started as the probe's worker: serves it; the exit status.
  [[nodiscard]] static std::optional<int> serve(int argc, char** argv);

 private:
  Tensor output_;
  double turns_per_second_;
};

}  // namespace inferpool::tools
