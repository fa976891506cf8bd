// SPDX-License-Identifier: Apache-2.0
#include "mix/measured_mix.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace bench {
namespace {

using inferpool::Tensor;

inferpool::Settings mixed_settings(int workers) {
  inferpool::Settings settings;
  settings.worker = "bench_mixed_worker";
  settings.workers = workers;
  return settings;
}

inferpool::Settings without_spin(inferpool::Settings settings) {
  settings.spin = inferpool::Duration::zero();
  return settings;
}

const Slice& faster(const Slice& a, const Slice& b) { return a.rate() < b.rate() ? b : a; }

}  // namespace

MixContenders::MixContenders(int workers)
    : pool_(mixed_settings(workers)), sleeping_(without_spin(mixed_settings(workers))) {
  for (int servers = 1; servers <= workers; servers *= 2)
    floors_.push_back(std::make_unique<YieldFloor>(servers));
}

ClosedLoop::Plan MixContenders::calls_to(MixedPool& pool, const Mix& mix) const {
  std::vector<pid_t> pids;
  for (const inferpool::WorkerStats& worker : pool.stats().workers) pids.push_back(worker.pid);
  const Work work = work_of(mix);
  return {.callers = mix.callers,
          .think = mix.think,
          .call =
              [&pool, asked = std::array{work.rounds, work.asleep}](int) {
                const Tensor answer =
                    pool.infer(Tensor::borrow(std::span<const std::uint64_t>(asked), {2}));
                keep(answer);
              },
          .servers = std::move(pids)};
}

ClosedLoop::Plan MixContenders::calls_to(YieldFloor& floor, const Mix& mix) const {
  return {.callers = mix.callers,
          .think = mix.think,
          .call = [&floor, work = work_of(mix)](int caller) { floor.call(caller, work); },
          .serve = [&floor, callers = mix.callers](bool on) { floor.serve(on ? callers : 0); },
          .servers = floor.servers()};
}

MeasuredMix MixContenders::measure(const Mix& mix, const MixPlan& plan) {
  std::vector<std::unique_ptr<ClosedLoop>> loops;
  loops.push_back(std::make_unique<ClosedLoop>(calls_to(pool_, mix)));
  loops.push_back(std::make_unique<ClosedLoop>(calls_to(sleeping_, mix)));
  for (const auto& floor : floors_)
    loops.push_back(std::make_unique<ClosedLoop>(calls_to(*floor, mix)));
  // So long that one call more or less does not matter.
  const Nanoseconds slice = std::max(plan.slice, 20 * (mix.run + mix.think));
  MeasuredMix measured{.mix = mix};
  for (int run = 0; run < plan.runs; ++run) {
    std::vector<Slice> sums(loops.size());
    for (int turn = 0; turn < plan.slices; ++turn) {
      for (std::size_t i = 0; i < loops.size(); ++i) {
        const std::size_t next = (i + static_cast<std::size_t>(turn)) % loops.size();
        sums[next].add(loops[next]->measure(slice));
      }
    }
    measured.pool.push_back(sums[0]);
    measured.sleeping.push_back(sums[1]);
    Slice best = sums[2];
    for (std::size_t i = 3; i < sums.size(); ++i) best = faster(best, sums[i]);
    measured.floor.push_back(best);
  }
  return measured;
}

}  // namespace bench
