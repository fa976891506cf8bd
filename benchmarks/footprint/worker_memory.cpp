// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <array>
#include <inferpool/pool.hpp>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "footprint/footprint.hpp"
#include "footprint/process_memory.hpp"
#include "measure/child_process.hpp"
#include "models/echo_model.hpp"

namespace bench {
namespace {

// One run: means over the workers and over as many bare processes. All live at the same time, so
// that both kinds divide their shared code by the same number.
struct Comparison {
  ProcessMemory worker;
  ProcessMemory bare;
  ProcessMemory host;  // the growth of the host per worker
};

using BareProcesses = std::vector<std::unique_ptr<ChildProcess>>;

BareProcesses start_bare() {
  BareProcesses processes;
  for (int i = 0; i < kWorkers; ++i) {
    processes.push_back(std::make_unique<ChildProcess>(std::vector<std::string>{BENCH_BARE}));
    std::byte ready{};
    if (!processes.back()->read({&ready, 1})) throw std::runtime_error(BENCH_BARE " did not start");
  }
  return processes;
}

// Calls from several threads at once, so that every worker has served.
void ask_all(inferpool::Pool<EchoModel>& pool) {
  std::vector<std::jthread> callers;
  for (int i = 0; i < kWorkers; ++i)
    callers.emplace_back([&pool] {
      for (int n = 0; n < 500; ++n) static_cast<void>(pool.infer(inferpool::Tensor::scalar(1.0F)));
    });
}

Comparison compare() {
  const BareProcesses bare = start_bare();
  const ProcessMemory before = memory_of(getpid());
  inferpool::Pool<EchoModel> pool({.worker = "bench_echo_worker", .workers = kWorkers});
  ask_all(pool);
  Comparison result;
  for (const inferpool::WorkerStats& worker : pool.stats().workers)
    result.worker = result.worker + memory_of(worker.pid) / kWorkers;
  for (const auto& process : bare) result.bare = result.bare + memory_of(process->pid()) / kWorkers;
  result.host = (memory_of(getpid()) - before) / kWorkers;
  return result;
}

class MemoryTable {
 public:
  void add(const std::string& row, const ProcessMemory& memory) {
    const std::array values{memory.all, memory.anonymous, memory.files, memory.shared};
    for (std::size_t i = 0; i < values.size(); ++i) columns_[i].add(values[i]);
    row_ = row;
  }
  void report(Results& results) const {
    constexpr std::array kNames{"all", "anonymous", "files", "shared memory"};
    for (std::size_t i = 0; i < columns_.size(); ++i)
      results.cells.push_back({.table = "memory (Pss), a process of an idle pool of 4",
                               .row = row_,
                               .column = kNames[i],
                               .unit = "KiB",
                               .value = columns_[i].quantile(0.5)});
  }

 private:
  std::string row_;
  std::array<Samples, 4> columns_;
};

}  // namespace

void measure_worker_memory(const Options& options, Progress& progress, Results& results) {
  progress.step("memory of a worker");
  Figure figure{.what = "idle worker beyond a bare process, Pss",
                .runs = {},
                .target = 2,
                .unit = "MiB",
                .note = "means of 4 workers and 4 bare processes that live at once"};
  std::array<MemoryTable, 4> tables;
  const auto runs = [&] {
    std::vector<double> beyond_bare;
    for (int run = 0; run < options.runs; ++run) {
      const Comparison one = compare();
      const ProcessMemory beyond = one.worker - one.bare;
      beyond_bare.push_back(beyond.all / 1024);
      tables[0].add("bare process", one.bare);
      tables[1].add("worker", one.worker);
      tables[2].add("worker beyond bare", beyond);
      tables[3].add("the host, for each worker", one.host);
    }
    return beyond_bare;
  };
  figure = measured(figure, growth_in_memory(), runs);
  results.figures.push_back(figure);
  if (!figure.not_measured.empty()) return;
  for (const MemoryTable& table : tables) table.report(results);
}

}  // namespace bench
