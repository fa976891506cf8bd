// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/model_file.hpp"

#include <filesystem>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"

namespace inferpool::test {
namespace {

using runtimes::find_model_file;

std::string refusal_of(const std::string& uri) {
  try {
    return "found " + find_model_file(uri).string();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kInvalidSettings);
    return error.what();
  }
}

TEST_CASE("the file of an XGBoost model may have any name, if it is named") {
  const ScratchFolder folder;
  write_file(folder / "trees.v2");
  CHECK(find_model_file(folder / "trees.v2") == folder / "trees.v2");
}

TEST_CASE("in a folder the file of an XGBoost model is one of those that MLServer knows") {
  const ScratchFolder folder;
  const std::string path = folder / "";
  CHECK_THAT(refusal_of(path), contains("there is no model.bst, model.json or model.ubj"));
  write_file(folder / "model.ubj");
  CHECK(find_model_file(path) == folder / "model.ubj");
  write_file(folder / "model.json");
  CHECK(find_model_file(path) == folder / "model.json");
  write_file(folder / "model.bst");
  CHECK(find_model_file(path) == folder / "model.bst");
}

TEST_CASE("the file of an XGBoost model that is not there is refused with its setting") {
  CHECK_THAT(refusal_of(""), contains("parameters.uri (uri): it is not set"));
  CHECK_THAT(refusal_of("/no/such.json"), contains("there is no file /no/such.json"));
}

}  // namespace
}  // namespace inferpool::test
