// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/model_fields.hpp"

#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "runtimes/xgboost/byte_source.hpp"

namespace inferpool::test {
namespace {

using runtimes::FieldFound;
using runtimes::ModelFields;
using runtimes::XgboostVersion;
using Paths = std::vector<std::string>;

using FieldsRead = std::unique_ptr<const ModelFields>;

FieldsRead fields_of(const std::string& json) {
  const ScratchFolder folder;
  write_file(folder / "m.json", json);
  runtimes::ByteSource bytes(folder / "m.json");
  auto fields = std::make_unique<ModelFields>();
  read_json(bytes, *fields);
  return fields;
}

// The members of a model's object "learner", and of the "model" in it.
FieldsRead of_learner(const std::string& members) {
  return fields_of(R"({"version": [1, 7, 4], "learner": {)" + members + "}}");
}
FieldsRead of_model(const std::string& members) {
  return of_learner(R"("gradient_booster": {"name": "gbtree", "model": {)" + members + "}}");
}

Paths later_in(const FieldsRead& fields) {
  Paths paths;
  for (const FieldFound& found : fields->later_fields()) {
    paths.push_back(found.since == ModelFields::kNever ? found.path + " never"
                                                       : found.path + ' ' + to_string(found.since));
  }
  return paths;
}

TEST_CASE("a document with a learner is a model, whoever wrote it") {
  CHECK(fields_of(R"({"learner": {}, "version": [2, 1, 4]})")->is_model());
  CHECK(fields_of(R"({"learner": {}, "version": [2, 1, 4]})")->version() == XgboostVersion{2, 1});
  CHECK_FALSE(fields_of(R"({"learner": {}})")->version());
  CHECK_FALSE(fields_of(R"({"learner": {}, "version": [2]})")->version());
}

TEST_CASE("a document without a learner is no model, and is known by its first names") {
  const FieldsRead other = fields_of(R"({"a": {"learner": 1}, "b": 2})");
  CHECK_FALSE(other->is_model());
  CHECK(other->roots() == Paths{"a", "b"});
  CHECK(of_learner("\"attributes\": {}")->roots() == Paths{"version", "learner"});
  CHECK(fields_of(R"({"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1})")->roots().size() ==
        8);
  CHECK_FALSE(fields_of("[1, 2]")->is_model());
}

TEST_CASE("the numbers of a model are read as they are written, those that it lacks are empty") {
  const FieldsRead fields = of_learner(R"("learner_model_param": {"base_score": "[5E-1,1E0]",
      "num_class": "3", "num_target": "1"}, "attributes": {"num_feature": "9"})");
  CHECK(fields->base_score() == "[5E-1,1E0]");
  CHECK(fields->num_class() == "3");
  CHECK(fields->num_target() == "1");
  CHECK(fields->num_feature().empty());
}

TEST_CASE("a field that not all versions read is found with the first that does") {
  CHECK(later_in(of_model(R"("trees": [{"leaf_weights": [1]}, {"leaf_weights": [2]}],
                             "weight_drop": [1])")) ==
        Paths{"learner/gradient_booster/model/trees/*/leaf_weights 3.2",
              "learner/gradient_booster/model/weight_drop 3.4"});
  CHECK(
      later_in(of_learner(R"("calibration": {"learner": 1}, "attributes": {"calibration": 2})")) ==
      Paths{"learner/calibration never"});
  CHECK(later_in(of_model(R"("trees": [{"left_children": [1]}], "cats": {"enc": [1]})")).empty());
}

TEST_CASE("leaves of several numbers need a version that has them, leaves of one do not") {
  const auto with_leaves = [](const std::string& size) {
    return of_model(R"("trees": [{"tree_param": {"size_leaf_vector": ")" + size + "\"}}]");
  };
  CHECK(later_in(with_leaves("3")) ==
        Paths{"learner/gradient_booster/model/trees/*/tree_param/size_leaf_vector 2.0"});
  CHECK(later_in(with_leaves("1")).empty());
  CHECK(later_in(with_leaves("0")).empty());
}

TEST_CASE("the trees of dart have the fields of trees, in either form of its files") {
  const std::string trees = R"("model": {"trees": [{"leaf_weights": [1]}]})";
  const Paths found{"learner/gradient_booster/model/trees/*/leaf_weights 3.2"};
  CHECK(later_in(of_learner(R"("gradient_booster": {"name": "dart", "gbtree": {)" + trees +
                            R"(}, "weight_drop": [1, 1]})")) == found);
  CHECK(later_in(of_learner(R"("gradient_booster": {)" + trees + "}")) == found);
}

TEST_CASE("of fields that nobody knows some are enough") {
  std::string members;
  for (char name = 'a'; name < 'z'; ++name) {
    members += (members.empty() ? "\"" : ", \"") + std::string(1, name) + "\": 1";
  }
  CHECK(of_learner(members)->later_fields().size() == 8);
}

TEST_CASE("iterations are even if each has the trees that a model of its kind has") {
  const auto with = [](const std::string& classes, const std::string& parallel,
                       const std::string& places) {
    return of_learner(R"("learner_model_param": {"num_class": ")" + classes +
                      R"("}, "gradient_booster": {"model": {"gbtree_model_param":
                      {"num_parallel_tree": ")" +
                      parallel + R"("}, "iteration_indptr": )" + places + "}}")
        ->even_iterations();
  };
  CHECK(with("0", "1", "[0, 1, 2, 3]"));
  CHECK(with("3", "2", "[0, 6, 12]"));
  CHECK(with("3", "2", "[0]"));
  CHECK_FALSE(with("3", "2", "[0, 3, 6]"));
  CHECK_FALSE(with("0", "1", "[0, 1, 3, 4]"));
  CHECK_FALSE(with("0", "1", "[0, 2, 3, 4]"));
  CHECK(of_model("\"trees\": []")->even_iterations());
}

}  // namespace
}  // namespace inferpool::test
