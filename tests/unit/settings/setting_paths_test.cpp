// SPDX-License-Identifier: Apache-2.0
#include "settings/setting_paths.hpp"
#include "catch.hpp"

namespace inferpool {
namespace {

TEST_CASE("the objects around fields are groups, the fields are not") {
  const auto fields = settings::setting_fields();
  REQUIRE(settings::is_group("pool", fields));
  REQUIRE(settings::is_group("parameters", fields));
  REQUIRE(settings::is_group("pool.restart_backoff", fields));
  REQUIRE_FALSE(settings::is_group("pool.retry", fields));
  REQUIRE_FALSE(settings::is_group("poo", fields));
  REQUIRE_FALSE(settings::is_group("", fields));
}

TEST_CASE("the nearest path to a misspelled field is its neighbour") {
  const auto fields = settings::setting_fields();
  REQUIRE(settings::nearest_path("pool.max_queue", fields) == "pool.max_queue_size");
  REQUIRE(settings::nearest_path("pool.wroker", fields) == "pool.worker");
  REQUIRE(settings::nearest_path("paralel_workers", fields) == "parallel_workers");
  REQUIRE(settings::nearest_path("max_batchsize", fields) == "max_batch_size");
  REQUIRE(settings::nearest_path("pool.restart_backoff.frist", fields) ==
          "pool.restart_backoff.first");
  REQUIRE(settings::nearest_path("pools", fields) == "pool");
  REQUIRE(settings::nearest_path("parameter", fields) == "parameters");
  REQUIRE(settings::nearest_path("pool.restart_backof", fields) == "pool.restart_backoff");
}

TEST_CASE("the nearest path to a field in the wrong object is in the right one") {
  const auto fields = settings::setting_fields();
  REQUIRE(settings::nearest_path("max_queue_size", fields) == "pool.max_queue_size");
  REQUIRE(settings::nearest_path("uri", fields) == "parameters.uri");
  REQUIRE(settings::nearest_path("parameters.name", fields) == "name");
  REQUIRE(settings::nearest_path("parameters.spin", fields) == "pool.spin");
}

TEST_CASE("the nearest path to a field called by its name in Settings is that in the file") {
  const auto fields = settings::setting_fields();
  REQUIRE(settings::nearest_path("workers", fields) == "parallel_workers");
  REQUIRE(settings::nearest_path("pool.workers", fields) == "parallel_workers");
}

TEST_CASE("only a field that comes close is likely to be meant") {
  const auto fields = settings::setting_fields();
  CHECK(settings::likely_path("version", fields) == "parameters.version");
  CHECK(settings::likely_path("paralel_workers", fields) == "parallel_workers");
  CHECK(settings::likely_path("parameters.urls", fields) == "parameters.uri");
  CHECK(settings::likely_path("storage", fields).empty());
  CHECK(settings::likely_path("x", fields).empty());
}

TEST_CASE("fields that MLServer has and inferpool does not use are known") {
  REQUIRE(settings::is_ignored_path("max_batch_size"));
  REQUIRE(settings::is_ignored_path("parameters.content_type"));
  REQUIRE_FALSE(settings::is_ignored_path("parameters.max_batch_size"));
  REQUIRE_FALSE(settings::is_ignored_path("pool"));
}

}  // namespace
}  // namespace inferpool
