// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/model_fields.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace inferpool::runtimes {
namespace {

constexpr XgboostVersion kAlways{0, 0};

enum class Use { kPass, kEnter, kRead };

struct Known {
  std::string_view path;
  Use use;
  XgboostVersion since = kAlways;
};

#define LEARNER "learner/"
#define MODEL "learner/gradient_booster/model/"
#define TREE "learner/gradient_booster/model/trees/*/"
// All fields that XGBoost 1.0 to kLatestKnown write. kPass: the contents affect no answer, or every
// version reads all of them. "cats" is only for encoding data frames again, not for numbers.
constexpr Known kKnown[] = {
    {"version", Use::kRead},
    {"learner", Use::kEnter},
    {LEARNER "attributes", Use::kPass},
    {LEARNER "feature_names", Use::kPass},
    {LEARNER "feature_types", Use::kPass},
    {LEARNER "learner_model_param", Use::kEnter},
    {LEARNER "learner_model_param/base_score", Use::kRead},
    {LEARNER "learner_model_param/boost_from_average", Use::kPass},
    {LEARNER "learner_model_param/num_class", Use::kRead},
    {LEARNER "learner_model_param/num_feature", Use::kRead},
    {LEARNER "learner_model_param/num_target", Use::kRead},
    {LEARNER "objective", Use::kEnter},
    {LEARNER "objective/name", Use::kPass},
    {LEARNER "objective/aft_loss_param", Use::kPass},
    {LEARNER "objective/expectile_loss_param", Use::kPass, {3, 3}},
    {LEARNER "objective/lambda_rank_param", Use::kPass},
    {LEARNER "objective/lambdarank_param", Use::kPass},
    {LEARNER "objective/poisson_regression_param", Use::kPass},
    {LEARNER "objective/pseudo_huber_param", Use::kPass},
    {LEARNER "objective/quantile_loss_param", Use::kPass, {2, 0}},
    {LEARNER "objective/reg_loss_param", Use::kPass},
    {LEARNER "objective/softmax_multiclass_param", Use::kPass},
    {LEARNER "objective/tweedie_regression_param", Use::kPass},
    {LEARNER "gradient_booster", Use::kEnter},
    {LEARNER "gradient_booster/name", Use::kPass},
    {LEARNER "gradient_booster/weight_drop", Use::kPass},
    {LEARNER "gradient_booster/model", Use::kEnter},
    {MODEL "boosted_rounds", Use::kPass},
    {MODEL "weights", Use::kPass},
    {MODEL "cats", Use::kPass},
    {MODEL "gbtree_model_param", Use::kEnter},
    {MODEL "gbtree_model_param/num_parallel_tree", Use::kRead},
    {MODEL "gbtree_model_param/num_trees", Use::kPass},
    {MODEL "gbtree_model_param/size_leaf_vector", Use::kRead},
    {MODEL "iteration_indptr", Use::kRead},
    {MODEL "tree_info", Use::kPass},
    {MODEL "trees", Use::kEnter},
    {MODEL "weight_drop", Use::kPass, {3, 4}},
    {TREE "base_weights", Use::kPass},
    {TREE "categories", Use::kPass},
    {TREE "categories_nodes", Use::kPass},
    {TREE "categories_segments", Use::kPass},
    {TREE "categories_sizes", Use::kPass},
    {TREE "default_left", Use::kPass},
    {TREE "id", Use::kPass},
    {TREE "leaf_child_counts", Use::kPass},
    {TREE "leaf_weights", Use::kPass, {3, 2}},
    {TREE "left_children", Use::kPass},
    {TREE "loss_changes", Use::kPass},
    {TREE "parents", Use::kPass},
    {TREE "right_children", Use::kPass},
    {TREE "split_conditions", Use::kPass},
    {TREE "split_indices", Use::kPass},
    {TREE "split_type", Use::kPass},
    {TREE "sum_hessian", Use::kPass},
    {TREE "tree_param", Use::kEnter},
    {TREE "tree_param/num_deleted", Use::kPass},
    {TREE "tree_param/num_feature", Use::kPass},
    {TREE "tree_param/num_nodes", Use::kPass},
    {TREE "tree_param/size_leaf_vector", Use::kRead},
};
#undef LEARNER
#undef MODEL
#undef TREE

constexpr XgboostVersion kVectorLeaves{2, 0};
constexpr std::size_t kMostFound = 8;

// Before 3.4 the trees of dart were in a nested gbtree.
constexpr std::string_view kDartTrees = "learner/gradient_booster/gbtree";

std::int64_t whole_number(std::string_view text) {
  std::int64_t value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::string ModelFields::path() const {
  std::string path;
  for (const Level& level : levels_) {
    if (!path.empty()) path += '/';
    path += level.is_array ? "*" : level.key;
    if (path == kDartTrees) path = "learner/gradient_booster";
  }
  return path;
}

void ModelFields::key(std::string_view name) {
  if (levels_.empty()) return;
  levels_.back().key = name;
  if (levels_.size() > 1) return;
  has_learner_ = has_learner_ || name == "learner";
  if (roots_.size() < kMostFound) roots_.emplace_back(name);
}

void ModelFields::found(const std::string& path, XgboostVersion since) {
  if (later_.size() < kMostFound && std::ranges::count(later_, path, &FieldFound::path) == 0)
    later_.push_back({path, since});
}

// Whether the value that begins matters: its name is known, and its contents affect answers.
bool ModelFields::wanted() {
  if (levels_.empty() || levels_.back().is_array) return true;
  const std::string here = path();
  if (here == "learner/gradient_booster") return true;
  const auto* const known = std::ranges::find(kKnown, here, &Known::path);
  if (known == std::end(kKnown)) {
    found(here, kNever);
    return false;
  }
  if (known->since > kAlways) found(here, known->since);
  return known->use != Use::kPass;
}

bool ModelFields::begin_object() {
  const bool told = wanted();
  if (told) levels_.push_back({});
  return told;
}

bool ModelFields::begin_array() {
  const bool told = wanted();
  if (told) levels_.push_back({.is_array = true});
  return told;
}

void ModelFields::end() { levels_.pop_back(); }

void ModelFields::take(std::string_view value) {
  if (levels_.empty() || (!levels_.back().is_array && !wanted())) return;
  const std::string here = path();
  if (here == "version/*") {
    version_.push_back(static_cast<int>(whole_number(value)));
  } else if (here == "learner/learner_model_param/base_score") {
    base_score_ = value;
  } else if (here == "learner/learner_model_param/num_class") {
    num_class_ = value;
  } else if (here == "learner/learner_model_param/num_target") {
    num_target_ = value;
  } else if (here == "learner/learner_model_param/num_feature") {
    num_feature_ = value;
  } else if (here.ends_with("/num_parallel_tree")) {
    parallel_trees_ = value;
  } else if (here.ends_with("/size_leaf_vector")) {
    if (whole_number(value) > 1) found(here, kVectorLeaves);
  } else if (here.ends_with("/iteration_indptr/*")) {
    const std::int64_t trees = whole_number(value);
    const std::int64_t step = last_iteration_ < 0 ? -1 : trees - last_iteration_;
    if (last_iteration_ >= 0) step_ = step_ < 0 || step_ == step ? step : 0;
    last_iteration_ = trees;
  }
}

std::optional<XgboostVersion> ModelFields::version() const {
  if (version_.size() < 2) return std::nullopt;
  return XgboostVersion{version_[0], version_[1]};
}

bool ModelFields::even_iterations() const {
  if (step_ < 0) return true;
  const std::int64_t outputs =
      std::max({whole_number(num_class_), whole_number(num_target_), std::int64_t{1}});
  return step_ == outputs * std::max(whole_number(parallel_trees_), std::int64_t{1});
}

}  // namespace inferpool::runtimes
