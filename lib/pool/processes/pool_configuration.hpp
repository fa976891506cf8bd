// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include <inferpool/settings.hpp>

#include "ipc/request_region.hpp"
#include "pool/processes/oom_kills.hpp"
#include "pool/processes/surroundings.hpp"
#include "pool/processes/worker_binary.hpp"

namespace inferpool::pool::processes {

// All workers of a pool are started with this. Constant.
struct PoolConfiguration {
  explicit PoolConfiguration(const std::filesystem::path& worker) : binary(worker) {}

  Settings settings;
  WorkerBinary binary;
  std::string signature;
  std::shared_ptr<ipc::RequestRegion> requests;
  std::uint64_t reply_bytes = 0;
  Surroundings surroundings;
  std::string packed_settings;  // as a worker reads them
  int processors = 1;           // those on which host and workers run, together
  // Whether a worker that wakes early spins until its request comes, instead of sleeping again.
  [[nodiscard]] bool spins() const noexcept {
    return settings.spin > Duration::zero() && processors > 1;
  }
  std::shared_ptr<OomKills> oom_kills = std::make_shared<OomKills>();
};

}  // namespace inferpool::pool::processes
