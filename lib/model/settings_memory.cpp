// SPDX-License-Identifier: Apache-2.0
#include "model/settings_memory.hpp"

#include <algorithm>
#include <string>

#include <inferpool/settings.hpp>

#include "core/format.hpp"
#include "model/byte_size.hpp"
#include "model/refuse_setting.hpp"
#include "model/setting_rules.hpp"
#include "model/usable_memory.hpp"

namespace inferpool {
namespace {

std::uint64_t default_limit(int workers) {
  const std::uint64_t half = usable_memory() / 2;
  // Sparse: a machine too small for the least limit is not refused before it runs out.
  return std::clamp(half - half % kMiB, least_shared_memory(workers), kMostSharedMemory);
}

}  // namespace

std::uint64_t least_shared_memory(int workers) {
  return kMiB * (1 + static_cast<std::uint64_t>(workers));
}

std::uint64_t reply_region_size(std::uint64_t shared_memory_limit, int workers) {
  const std::uint64_t share =
      shared_memory_limit / 2 / static_cast<std::uint64_t>(std::max(workers, 1));
  return share - share % (64 * kKiB);
}

std::uint64_t most_payload(std::uint64_t reply_region) { return reply_region / 4; }

void detail::resolve_memory(Settings& settings) {
  const int workers = settings.workers.value_or(kDefaultWorkers);
  if (!settings.shared_memory_limit) settings.shared_memory_limit = default_limit(workers);
  const std::uint64_t limit = *settings.shared_memory_limit;
  const std::uint64_t most = most_payload(reply_region_size(limit, workers));
  if (settings.max_payload.value_or(0) > most) {
    refuse_setting("settings", "max_payload", std::to_string(*settings.max_payload),
                   formatted("at most {} bytes, a quarter of the part of shared_memory_limit ({}) "
                             "that is for the replies of one of {} workers",
                             most, limit, workers));
  }
  settings.max_payload = settings.max_payload.value_or(most);
}

}  // namespace inferpool
