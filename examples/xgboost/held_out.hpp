// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

// The tumours that train.py set aside.
struct HeldOut {
  static constexpr std::size_t kFeatures = 30;

  [[nodiscard]] std::size_t size() const noexcept { return malignant.size(); }

  std::vector<float> rows = {};  // [size(), kFeatures]; NaN is a missing value
  std::vector<bool> malignant = {};
  std::vector<float> python_predicts = {};  // the probability, by XGBoost's Python package
};

// Throws std::runtime_error that says file, line and what was expected.
HeldOut read_held_out(const std::filesystem::path& file);
