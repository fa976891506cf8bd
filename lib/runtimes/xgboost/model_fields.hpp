// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtimes/xgboost/model_events.hpp"
#include "runtimes/xgboost/xgboost_version.hpp"

namespace inferpool::runtimes {

// A field by its path, without the indices of arrays, and the first version that reads it.
struct FieldFound {
  std::string path;
  XgboostVersion since;
};

// What the document of a model (JSON or UBJSON) has of all that decides an answer besides the
// trees' numbers: collected while it is read. Texts are as they are written.
class ModelFields final : public ModelEvents {
 public:
  // A version of which it is known what it reads; later ones may read more.
  static constexpr XgboostVersion kLatestKnown{3, 5};

  void key(std::string_view name) override;
  bool begin_object() override;
  bool begin_array() override;
  void end() override;
  void text(std::string_view value) override { take(value); }
  void scalar(std::string_view value) override { take(value); }

  // Whether there is a "learner", which every model has.
  [[nodiscard]] bool is_model() const noexcept { return has_learner_; }
  // That wrote it, as far as it says.
  [[nodiscard]] std::optional<XgboostVersion> version() const;
  // Of learner/learner_model_param, empty where it is not there.
  [[nodiscard]] const std::string& base_score() const noexcept { return base_score_; }
  [[nodiscard]] const std::string& num_class() const noexcept { return num_class_; }
  [[nodiscard]] const std::string& num_target() const noexcept { return num_target_; }
  [[nodiscard]] const std::string& num_feature() const noexcept { return num_feature_; }
  // The names at the root.
  [[nodiscard]] const std::vector<std::string>& roots() const noexcept { return roots_; }

  // Fields that not all versions read, each once: those that decide nothing in this file are left
  // out. What no known version reads has kNever.
  [[nodiscard]] const std::vector<FieldFound>& later_fields() const noexcept { return later_; }
  static constexpr XgboostVersion kNever{1'000'000, 0};

  // Whether each iteration has as many trees as num_parallel_tree and the number of outputs say, so
  // that versions which do not read iteration_indptr count them right.
  [[nodiscard]] bool even_iterations() const;

 private:
  [[nodiscard]] std::string path() const;
  [[nodiscard]] bool wanted();
  void take(std::string_view value);
  void found(const std::string& path, XgboostVersion since);

  struct Level {
    bool is_array = false;
    std::string key = {};
  };
  std::vector<Level> levels_;
  bool has_learner_ = false;
  std::vector<std::string> roots_;
  std::vector<int> version_;
  std::string base_score_;
  std::string num_class_;
  std::string num_target_;
  std::string num_feature_;
  std::string parallel_trees_;
  std::vector<FieldFound> later_;
  std::int64_t last_iteration_ = -1;
  std::int64_t step_ = -1;  // between two iterations; 0: they differ
};

}  // namespace inferpool::runtimes
