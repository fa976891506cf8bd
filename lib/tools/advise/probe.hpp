// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <inferpool/settings.hpp>
#include <inferpool/tensor.hpp>

#include "tools/model_input.hpp"

namespace inferpool::tools {

// A model that computes for the time that its input asks for, and uses nothing but its processor.
// This program is its own worker for it. The probe measures what a pool costs a model of any run
// time.
class Probe {
 public:
  static constexpr bool thread_safe = true;

  explicit Probe(const Settings& settings);
  // `input` comes from input(). Returns the number of bytes that settings() got.
  [[nodiscard]] Tensor predict(const Tensor& input) const;

  // Changes `settings` for a pool whose worker is this program with the probe.
  [[nodiscard]] static Settings settings(Settings settings, std::size_t output_bytes);
  // Asks for a run of about `seconds`, in `bytes` bytes, or a few more if the request needs them.
  [[nodiscard]] static ModelInput input(double seconds, std::size_t bytes);

  // Serves the probe if this process was started as its worker, and returns the exit status. None:
  // it was not.
  [[nodiscard]] static std::optional<int> serve(int argc, char** argv);

 private:
  Tensor output_;
  double turns_per_second_;
};

}  // namespace inferpool::tools
