// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "integration/scratch_folder.hpp"
#include "ipc/segment.hpp"
#include "ipc/worker_ring.hpp"
#include "pool/processes/worker_handle.hpp"

namespace inferpool::test {

// A shell script as the executable of a pool's workers.
class ScriptedWorkers {
 public:
  explicit ScriptedWorkers(const std::string& script, Settings settings = {}) {
    write_file(folder_ / "worker", script);
    std::filesystem::permissions(folder_ / "worker", std::filesystem::perms::owner_all);
    made_ = std::make_shared<pool::processes::PoolConfiguration>(folder_ / "worker");
    if (!settings.workers) settings.workers = 1;
    settings.worker_output.kind = WorkerOutput::Kind::kCapture;
    made_->settings = std::move(settings);
    made_->signature = "FP32 -> FP32";
    made_->requests = ipc::RequestRegion::create(1 << 20);
    made_->reply_bytes = 1 << 20;
  }

  [[nodiscard]] const std::shared_ptr<pool::processes::PoolConfiguration>& configuration()
      const noexcept {
    return made_;
  }
  [[nodiscard]] std::string path() const { return folder_ / "worker"; }

 private:
  ScratchFolder folder_;
  std::shared_ptr<pool::processes::PoolConfiguration> made_;
};

inline constexpr const char* kIdleScript = "#!/bin/sh\nexec sleep 100\n";

// A worker whose process only sleeps: a test serves its ring instead.
class IdleWorker {
 public:
  explicit IdleWorker(Settings settings = {}) : scripted_(kIdleScript, std::move(settings)) {}

  [[nodiscard]] const std::shared_ptr<pool::processes::PoolConfiguration>& configuration()
      const noexcept {
    return scripted_.configuration();
  }
  [[nodiscard]] const std::shared_ptr<pool::processes::WorkerHandle>& handle() const noexcept {
    return handle_;
  }
  [[nodiscard]] ipc::Control& control() const noexcept {
    return *reinterpret_cast<ipc::Control*>(mapping_.data());
  }
  [[nodiscard]] ipc::WorkerRing& ring() noexcept { return ring_; }

 private:
  ScriptedWorkers scripted_;
  std::shared_ptr<pool::processes::WorkerHandle> handle_ =
      std::make_shared<pool::processes::WorkerHandle>(scripted_.configuration(), 0, 1);
  ipc::Mapping mapping_{handle_->memory()->control_file(), ipc::Access::kReadWrite};
  ipc::WorkerRing ring_{control(), std::chrono::nanoseconds(0), 1};
};

}  // namespace inferpool::test
