// SPDX-License-Identifier: Apache-2.0
#include "runtimes/model_file.hpp"

#include <array>
#include <filesystem>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "unit/unwritten_pipe.hpp"

namespace inferpool::test {
namespace {

using runtimes::find_model_file;
using runtimes::ModelFileKind;

constexpr std::array<const char*, 3> kInFolder{"model.bst", "model.json", "model.ubj"};
constexpr ModelFileKind kTrees{.name = "an XGBoost model", .in_folder = kInFolder};

std::string refusal_of(const std::string& uri, const ModelFileKind& kind = kTrees) {
  try {
    return "found " + find_model_file(uri, kind).string();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kInvalidSettings);
    return error.what();
  }
}

TEST_CASE("a model's file may have any name, if it is named") {
  const ScratchFolder folder;
  write_file(folder / "trees.v2");
  CHECK(find_model_file(folder / "trees.v2", kTrees) == folder / "trees.v2");
}

TEST_CASE("in a folder a model's file is the first of the names that its kind has") {
  const ScratchFolder folder;
  const std::string path = folder / "";
  CHECK_THAT(refusal_of(path), contains("there is no model.bst, model.json or model.ubj"));
  write_file(folder / "model.ubj");
  CHECK(find_model_file(path, kTrees) == folder / "model.ubj");
  write_file(folder / "model.json");
  CHECK(find_model_file(path, kTrees) == folder / "model.json");
  write_file(folder / "model.bst");
  CHECK(find_model_file(path, kTrees) == folder / "model.bst");
}

TEST_CASE(
    "a path that is not a regular file is no model's file, and is refused if there is no other") {
  const UnwrittenPipe pipe("model.json");
  const std::string folder = std::filesystem::path(pipe.path()).parent_path();
  const std::string refused = "parameters.uri (uri): " + pipe.path() + " is not a regular file";
  CHECK_THAT(refusal_of(pipe.path()), contains(refused));
  CHECK_THAT(refusal_of(folder), contains(refused));
  write_file(folder + "/model.ubj");
  CHECK(find_model_file(folder, kTrees) == folder + "/model.ubj");
}

TEST_CASE("a kind of model with one name in a folder names that") {
  constexpr std::array<const char*, 1> kOne{"model.onnx"};
  const ScratchFolder folder;
  CHECK_THAT(refusal_of(folder / "", {.name = "an ONNX network", .in_folder = kOne}),
             contains("there is no model.onnx"));
}

TEST_CASE("a model's file that is not there is refused with its setting") {
  CHECK_THAT(refusal_of(""), contains("parameters.uri (uri): it is not set; accepted: the file of "
                                      "an XGBoost model, or its folder"));
  CHECK_THAT(refusal_of("/no/such.json"), contains("there is no file /no/such.json"));
}

}  // namespace
}  // namespace inferpool::test
