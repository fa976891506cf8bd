// SPDX-License-Identifier: Apache-2.0
// Pools of faulty_worker, which misbehaves on command.
#pragma once

#include <signal.h>

#include <future>
#include <stdexcept>
#include <string>
#include <utility>

#include <inferpool/pool.hpp>

#include "integration/eventually.hpp"
#include "integration/processes.hpp"
#include "integration/scenario.hpp"
#include "integration/scratch_folder.hpp"
#include "workers/faulty.hpp"

namespace inferpool::test {

using FaultyPool = Pool<Faulty>;

inline Settings faulty_settings(int workers, std::string extra = {}) {
  Settings settings;
  settings.worker = "faulty_worker";
  settings.workers = workers;
  settings.extra = std::move(extra);
  settings.shared_memory_limit = 16 << 20;
  settings.worker_output.kind = WorkerOutput::Kind::kCapture;
  return settings;
}

// A call that has started in a worker, and runs until release().
class HeldCall {
 public:
  HeldCall(FaultyPool& pool, const std::string& file, const InferOptions& options = {})
      : file_(file), future_(pool.submit(command(Deed::kHold, file), options)) {
    if (!eventually([&] { return exists(file); })) throw std::runtime_error("it did not begin");
  }

  void release() const { write_file(file_ + ".go"); }
  std::future<Report>& future() { return future_; }

 private:
  std::string file_;
  std::future<Report> future_;
};

}  // namespace inferpool::test
