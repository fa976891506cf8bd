// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/sample_shapes.hpp"

#include <vector>

#include "catch.hpp"

namespace inferpool::test {
namespace {

using runtimes::only_batch_is_free;
using runtimes::sample_shapes;
using runtimes::SampleShapes;
using runtimes::TensorSpec;

TensorSpec image(std::vector<runtimes::Dimension> dimensions) {
  return {.name = "x", .dimensions = std::move(dimensions)};
}

TEST_CASE("a network whose batch is free is tried with batches of 1, 2, 3 and its channels") {
  const std::vector<TensorSpec> inputs{image({{{}, "n"}, {5, ""}, {7, ""}})};
  const SampleShapes samples = sample_shapes(inputs, {});
  CHECK(samples.requests == std::vector<std::vector<Shape>>{{Shape{1, 5, 7}}});
  CHECK(samples.batches[0] ==
        std::vector<std::vector<Shape>>{{Shape{2, 5, 7}}, {Shape{3, 5, 7}}, {Shape{5, 5, 7}}});
  CHECK(only_batch_is_free(inputs));
}

TEST_CASE("other free sizes are tried one after the other, those of the constants last") {
  const std::vector<TensorSpec> inputs{image({{{}, "n"}, {3, ""}, {{}, ""}, {{}, ""}})};
  const std::vector<std::int64_t> likely{13};
  const SampleShapes samples = sample_shapes(inputs, likely);
  REQUIRE(samples.requests.size() == 7);
  CHECK(samples.requests.front()[0] == Shape{1, 3, 32, 32});
  CHECK(samples.requests.back()[0] == Shape{1, 3, 13, 13});
  CHECK_FALSE(only_batch_is_free(inputs));
}

TEST_CASE("a symbol has one size in each sample") {
  const std::vector<TensorSpec> inputs{image({{{}, "n"}, {{}, "n"}})};
  for (const auto& request : sample_shapes(inputs, {}).requests) {
    CHECK(request[0][0] == request[0][1]);
  }
}

TEST_CASE("two inputs with batches of their own are not free in one batch alone") {
  const std::vector<TensorSpec> one{image({{{}, "n"}, {3, ""}}), image({{{}, "n"}, {3, ""}})};
  const std::vector<TensorSpec> two{image({{{}, "n"}, {3, ""}}), image({{{}, "m"}, {3, ""}})};
  const std::vector<TensorSpec> unnamed{image({{{}, ""}, {3, ""}}), image({{{}, ""}, {3, ""}})};
  CHECK(only_batch_is_free(one));
  CHECK_FALSE(only_batch_is_free(two));
  CHECK_FALSE(only_batch_is_free(unnamed));
  CHECK(sample_shapes(two, {}).requests.size() == 1);
}

}  // namespace
}  // namespace inferpool::test
