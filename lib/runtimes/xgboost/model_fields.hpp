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

// The path of a field, without array indices, and the first version that reads the field.
struct FieldFound {
  std::string path;
  XgboostVersion since;
};

// Collects, while a model's document (JSON or UBJSON) is read, everything that affects answers
// except the numbers of the trees. Texts are as they are written.
class ModelFields final : public ModelEvents {
 public:
  // The latest version whose fields are known here; later ones may read more.
  static constexpr XgboostVersion kLatestKnown{3, 5};

  void key(std::string_view name) override;
  bool begin_object() override;
  bool begin_array() override;
  void end() override;
  void text(std::string_view value) override { take(value); }
  void scalar(std::string_view value) override { take(value); }

  // Whether the document has a "learner", as every model does.
  [[nodiscard]] bool is_model() const noexcept { return has_learner_; }
  // The version that wrote it; none if it does not say.
  [[nodiscard]] std::optional<XgboostVersion> version() const;
  // Fields of learner/learner_model_param, empty if they are missing.
  [[nodiscard]] const std::string& base_score() const noexcept { return base_score_; }
  [[nodiscard]] const std::string& num_class() const noexcept { return num_class_; }
  [[nodiscard]] const std::string& num_target() const noexcept { return num_target_; }
  [[nodiscard]] const std::string& num_feature() const noexcept { return num_feature_; }
  // The names at the root.
  [[nodiscard]] const std::vector<std::string>& roots() const noexcept { return roots_; }

  // Fields that not all versions read, each once, without those that affect nothing in this file. A
  // field that no known version reads has kNever.
  [[nodiscard]] const std::vector<FieldFound>& later_fields() const noexcept { return later_; }
  static constexpr XgboostVersion kNever{1'000'000, 0};

  // Whether each iteration has as many trees as num_parallel_tree and the number of outputs say.
  // Only then do versions that do not read iteration_indptr count them right.
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
