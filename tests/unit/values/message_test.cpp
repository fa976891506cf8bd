// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>
#include <vector>

#include <inferpool/message.hpp>

#include "catch.hpp"

namespace inferpool {
namespace {

using test::contains;

std::vector<std::string> names(const TensorList& tensors) {
  std::vector<std::string> names;
  for (const NamedTensor& tensor : tensors) names.push_back(tensor.name);
  return names;
}

TEST_CASE("a list of tensors keeps their order and finds them by name") {
  const TensorList tensors{{"image", Tensor::scalar(1.0F)}, {"area", Tensor::scalar(2.0F)}};
  REQUIRE(names(tensors) == std::vector<std::string>{"image", "area"});
  REQUIRE(tensors["area"].values<float>()[0] == 2.0F);
  REQUIRE(tensors.find("image") == &tensors["image"]);
  REQUIRE(tensors.find("imag") == nullptr);
}

TEST_CASE("a name that is not in the list is refused with those that are") {
  const TensorList tensors{{"image", Tensor()}, {"threshold", Tensor()}};
  REQUIRE_THROWS_WITH(
      tensors["images"],
      "invalid_argument: no tensor has the name \"images\": there are \"image\", \"threshold\"");
  REQUIRE_THROWS_WITH(TensorList()["image"], contains("there are none"));
}

TEST_CASE("an empty name and a name given twice are refused") {
  REQUIRE_THROWS_WITH((TensorList{{"", Tensor()}}),
                      contains("invalid_argument: ") && contains("is empty"));
  REQUIRE_THROWS_WITH((TensorList{{"b", Tensor()}, {"a", Tensor()}, {"b", Tensor()}}),
                      contains("two tensors have the name \"b\""));
  REQUIRE_THROWS_WITH(TensorList(std::vector<NamedTensor>{{"a", Tensor()}, {"a", Tensor()}}),
                      contains("two tensors have the name \"a\""));
}

TEST_CASE("a tensor can be added under a new name only") {
  TensorList tensors;
  REQUIRE(tensors.empty());
  tensors.add("scores", Tensor::scalar(1.0F));
  REQUIRE_THROWS_WITH(tensors.add("scores", Tensor()), contains("two tensors"));
  REQUIRE_THROWS_WITH(tensors.add("", Tensor()), contains("is empty"));
  REQUIRE(tensors.size() == 1);
  REQUIRE(tensors["scores"] == Tensor::scalar(1.0F));
}

TEST_CASE("a request and a response are written as lists of named tensors") {
  const Request request{{"image", Tensor::scalar(1.0F)}, {"threshold", Tensor::scalar(0.5F)}};
  REQUIRE(request.inputs.size() == 2);
  REQUIRE(request["threshold"].values<float>()[0] == 0.5F);
  REQUIRE(request.id.empty());

  const Response response{{"scores", Tensor::scalar(2.0F)}};
  REQUIRE(response.outputs.size() == 1);
  REQUIRE(response["scores"].values<float>()[0] == 2.0F);
  REQUIRE_THROWS_WITH(response["boxes"], contains("there are \"scores\""));
}

TEST_CASE("parameters are of four kinds, found by name") {
  Parameters parameters;
  parameters["flag"] = true;
  parameters["count"] = std::int64_t{3};
  parameters["ratio"] = 0.5;
  parameters["text"] = std::string("words");
  REQUIRE(std::get<bool>(parameters.find(std::string_view("flag"))->second));
  REQUIRE(std::get<std::string>(parameters["text"]) == "words");
}

}  // namespace
}  // namespace inferpool
