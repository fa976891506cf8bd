// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>

#include <inferpool/error.hpp>
#include <inferpool/settings.hpp>

#include "catch.hpp"
#include "model/byte_size.hpp"
#include "model/settings_memory.hpp"
#include "model/usable_memory.hpp"

namespace inferpool {
namespace {

TEST_CASE("a reply region is a worker's share of half the limit, in whole 64 KiB") {
  REQUIRE(reply_region_size(64 * kMiB, 4) == 8 * kMiB);
  REQUIRE(reply_region_size(64 * kMiB, 1) == 32 * kMiB);
  REQUIRE(reply_region_size(64 * kMiB, 0) == 32 * kMiB);
  REQUIRE(reply_region_size(64 * kMiB, 3) == 170 * 64 * kKiB);
}

TEST_CASE("the smallest memory leaves each worker a reply region") {
  for (const int workers : {0, 1, 4, 1024}) {
    REQUIRE(reply_region_size(least_shared_memory(workers), workers) >= 512 * kKiB);
  }
}

TEST_CASE("memory that is not set is half of what can be used, a payload a quarter of a region") {
  Settings settings;
  settings.workers = 2;
  detail::resolve_memory(settings);
  REQUIRE(settings.shared_memory_limit.value() <= usable_memory() / 2);
  REQUIRE(settings.shared_memory_limit.value() + kMiB > usable_memory() / 2);
  REQUIRE(settings.max_payload == reply_region_size(*settings.shared_memory_limit, 2) / 4);
}

TEST_CASE("memory that is set stays") {
  Settings settings;
  settings.workers = 2;
  settings.shared_memory_limit = 64 * kMiB;
  settings.max_payload = 1000;
  detail::resolve_memory(settings);
  REQUIRE(settings.shared_memory_limit == 64 * kMiB);
  REQUIRE(settings.max_payload == 1000);
}

TEST_CASE("a payload larger than a quarter of a reply region is refused with the figures") {
  Settings settings;
  settings.workers = 4;
  settings.shared_memory_limit = 64 * kMiB;
  settings.max_payload = 2 * kMiB;
  REQUIRE_NOTHROW(detail::resolve_memory(settings));
  settings.max_payload = 2 * kMiB + 1;
  REQUIRE_THROWS_WITH(
      detail::resolve_memory(settings),
      "invalid_settings: settings: max_payload is 2097153; accepted: at most 2097152 bytes, "
      "a quarter of the part of shared_memory_limit (67108864) that is for the replies of one "
      "of 4 workers");
}

}  // namespace
}  // namespace inferpool
