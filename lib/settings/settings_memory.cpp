// SPDX-License-Identifier: Apache-2.0
#include "settings/settings_memory.hpp"

#include <algorithm>
#include <string>

#include <inferpool/settings.hpp>

#include "core/byte_size.hpp"
#include "core/format.hpp"
#include "settings/refuse_setting.hpp"
#include "settings/setting_rules.hpp"
#include "system/usable_memory.hpp"

namespace inferpool::settings {
namespace {

std::uint64_t default_limit(int workers) {
  const std::uint64_t half = system::usable_memory() / 2;
  // The memory is sparse: a machine that is too small for the least limit has no error until it
  // runs out.
  return std::clamp(half - half % core::kMiB, least_shared_memory(workers), kMostSharedMemory);
}

}  // namespace

std::uint64_t least_shared_memory(int workers) {
  return core::kMiB * (1 + static_cast<std::uint64_t>(workers));
}

std::uint64_t reply_region_size(std::uint64_t shared_memory_limit, int workers) {
  const std::uint64_t share =
      shared_memory_limit / 2 / static_cast<std::uint64_t>(std::max(workers, 1));
  return share - share % (64 * core::kKiB);
}

std::uint64_t most_payload(std::uint64_t reply_region) { return reply_region / 4; }

}  // namespace inferpool::settings

void inferpool::detail::resolve_memory(Settings& settings) {
  const int workers = settings.workers.value_or(settings::kDefaultWorkers);
  if (!settings.shared_memory_limit)
    settings.shared_memory_limit = settings::default_limit(workers);
  const std::uint64_t limit = *settings.shared_memory_limit;
  const std::uint64_t most = settings::most_payload(settings::reply_region_size(limit, workers));
  if (settings.max_payload.value_or(0) > most) {
    settings::refuse_setting(
        "settings", "max_payload", std::to_string(*settings.max_payload),
        core::formatted("at most {} bytes, a quarter of the part of shared_memory_limit ({}) "
                        "that is for the replies of one of {} workers",
                        most, limit, workers));
  }
  settings.max_payload = settings.max_payload.value_or(most);
}
