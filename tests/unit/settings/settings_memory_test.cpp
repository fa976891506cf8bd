// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>

#include <inferpool/error.hpp>
#include <inferpool/settings.hpp>

#include "catch.hpp"
#include "core/byte_size.hpp"
#include "settings/settings_memory.hpp"
#include "system/usable_memory.hpp"

namespace inferpool {
namespace {

TEST_CASE("a reply region is a worker's share of half the limit, in whole 64 KiB") {
  REQUIRE(settings::reply_region_size(64 * core::kMiB, 4) == 8 * core::kMiB);
  REQUIRE(settings::reply_region_size(64 * core::kMiB, 1) == 32 * core::kMiB);
  REQUIRE(settings::reply_region_size(64 * core::kMiB, 0) == 32 * core::kMiB);
  REQUIRE(settings::reply_region_size(64 * core::kMiB, 3) == 170 * 64 * core::kKiB);
}

TEST_CASE("the smallest memory leaves each worker a reply region") {
  for (const int workers : {0, 1, 4, 1024}) {
    REQUIRE(settings::reply_region_size(settings::least_shared_memory(workers), workers) >=
            512 * core::kKiB);
  }
}

TEST_CASE("memory that is not set is half of what can be used, a payload a quarter of a region") {
  Settings settings;
  settings.workers = 2;
  detail::resolve_memory(settings);
  REQUIRE(settings.shared_memory_limit.value() <= system::usable_memory() / 2);
  REQUIRE(settings.shared_memory_limit.value() + core::kMiB > system::usable_memory() / 2);
  REQUIRE(settings.max_payload ==
          settings::reply_region_size(*settings.shared_memory_limit, 2) / 4);
}

TEST_CASE("memory that is set stays") {
  Settings settings;
  settings.workers = 2;
  settings.shared_memory_limit = 64 * core::kMiB;
  settings.max_payload = 1000;
  detail::resolve_memory(settings);
  REQUIRE(settings.shared_memory_limit == 64 * core::kMiB);
  REQUIRE(settings.max_payload == 1000);
}

TEST_CASE("a payload larger than a quarter of a reply region is refused with the figures") {
  Settings settings;
  settings.workers = 4;
  settings.shared_memory_limit = 64 * core::kMiB;
  settings.max_payload = 2 * core::kMiB;
  REQUIRE_NOTHROW(detail::resolve_memory(settings));
  settings.max_payload = 2 * core::kMiB + 1;
  REQUIRE_THROWS_WITH(
      detail::resolve_memory(settings),
      "invalid_settings: settings: max_payload is 2097153; accepted: at most 2097152 bytes, "
      "a quarter of the part of shared_memory_limit (67108864) that is for the replies of one "
      "of 4 workers");
}

}  // namespace
}  // namespace inferpool
