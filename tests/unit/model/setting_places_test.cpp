// SPDX-License-Identifier: Apache-2.0
#include "model/setting_places.hpp"
#include "catch.hpp"

namespace inferpool {
namespace {

TEST_CASE("the objects around fields are groups, the fields are not") {
  const auto fields = setting_fields();
  REQUIRE(is_group("pool", fields));
  REQUIRE(is_group("parameters", fields));
  REQUIRE(is_group("pool.restart_backoff", fields));
  REQUIRE_FALSE(is_group("pool.retry", fields));
  REQUIRE_FALSE(is_group("poo", fields));
  REQUIRE_FALSE(is_group("", fields));
}

TEST_CASE("a misspelled field is told its neighbour") {
  const auto fields = setting_fields();
  REQUIRE(nearest_place("pool.max_queue", fields) == "pool.max_queue_size");
  REQUIRE(nearest_place("pool.wroker", fields) == "pool.worker");
  REQUIRE(nearest_place("paralel_workers", fields) == "parallel_workers");
  REQUIRE(nearest_place("max_batchsize", fields) == "max_batch_size");
  REQUIRE(nearest_place("pool.restart_backoff.frist", fields) == "pool.restart_backoff.first");
  REQUIRE(nearest_place("pools", fields) == "pool");
  REQUIRE(nearest_place("parameter", fields) == "parameters");
  REQUIRE(nearest_place("pool.restart_backof", fields) == "pool.restart_backoff");
}

TEST_CASE("a field in the wrong object is told the right one") {
  const auto fields = setting_fields();
  REQUIRE(nearest_place("max_queue_size", fields) == "pool.max_queue_size");
  REQUIRE(nearest_place("uri", fields) == "parameters.uri");
  REQUIRE(nearest_place("parameters.name", fields) == "name");
  REQUIRE(nearest_place("parameters.spin", fields) == "pool.spin");
}

TEST_CASE("a field called by its name in Settings is told its place in the file") {
  const auto fields = setting_fields();
  REQUIRE(nearest_place("workers", fields) == "parallel_workers");
  REQUIRE(nearest_place("pool.workers", fields) == "parallel_workers");
}

TEST_CASE("only a field that comes close is likely to be meant") {
  const auto fields = setting_fields();
  CHECK(likely_place("version", fields) == "parameters.version");
  CHECK(likely_place("paralel_workers", fields) == "parallel_workers");
  CHECK(likely_place("parameters.urls", fields) == "parameters.uri");
  CHECK(likely_place("storage", fields).empty());
  CHECK(likely_place("x", fields).empty());
}

TEST_CASE("what MLServer has and inferpool does not use is known") {
  REQUIRE(is_ignored_place("max_batch_size"));
  REQUIRE(is_ignored_place("parameters.content_type"));
  REQUIRE_FALSE(is_ignored_place("parameters.max_batch_size"));
  REQUIRE_FALSE(is_ignored_place("pool"));
}

}  // namespace
}  // namespace inferpool
