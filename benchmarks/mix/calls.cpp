// SPDX-License-Identifier: Apache-2.0
#include "mix/calls.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "mix/call_loop.hpp"
#include "mix/processor_time.hpp"
#include "models/in_flight.hpp"

namespace bench {
namespace {

// Keeps as many calls of a floor under way as it has slots for, like a completion thread whose
// handlers call again: one thread takes what is answered and asks at once.
class FloorInFlight {
 public:
  FloorInFlight(YieldFloor& floor, const Mix& mix)
      : floor_(floor), work_(work_of(mix)), asked_(static_cast<std::size_t>(mix.callers)) {}

  double rate(Nanoseconds slice) {
    const int depth = static_cast<int>(asked_.size());
    floor_.serve(depth);
    for (int i = 0; i < depth; ++i) ask(i);
    double answers = 0;
    Patience patience(YieldFloor::kLooks);
    const Clock::time_point begin = Clock::now();
    do {
      const int taken = take_answers();
      answers += taken;
      taken > 0 ? patience.renew() : patience.wait();
    } while (Clock::now() < begin + slice);
    const double seconds = nanoseconds(Clock::now() - begin) / 1e9;
    for (int i = 0; i < depth; ++i)
      while (!is_answered(i)) patience.wait();
    floor_.serve(0);
    return answers / seconds;
  }

 private:
  void ask(int call) { asked_[static_cast<std::size_t>(call)] = floor_.ask(call, work_); }
  [[nodiscard]] bool is_answered(int call) const {
    return floor_.answered(call) == asked_[static_cast<std::size_t>(call)];
  }
  int take_answers() {
    int taken = 0;
    for (int i = 0; i < static_cast<int>(asked_.size()); ++i) {
      if (!is_answered(i)) continue;
      ask(i);
      ++taken;
    }
    return taken;
  }

  YieldFloor& floor_;
  Work work_;
  std::vector<std::uint32_t> asked_;
};

// From anything that has rate(slice), whose servers are these processes.
template <typename Calls>
Load load_of(std::shared_ptr<Calls> calls, std::vector<pid_t> servers) {
  return [calls = std::move(calls), servers = std::move(servers)](Nanoseconds slice) {
    (void)calls->rate(slice / 4);  // not counted
    const double used = processor_seconds(servers);
    const Clock::time_point begin = Clock::now();
    const double rate = calls->rate(slice);
    Slice measured{.seconds = nanoseconds(Clock::now() - begin) / 1e9,
                   .processor_seconds = processor_seconds(servers) - used};
    measured.calls = rate * measured.seconds;
    return measured;
  };
}

Load load_of(CallLoop::Plan plan) {
  return [loop = std::make_shared<CallLoop>(std::move(plan))](Nanoseconds slice) {
    return loop->measure(slice);
  };
}

}  // namespace

Load calls_to(MixedPool& pool, const Mix& mix, Nanoseconds every) {
  if (mix.asynchronous)
    return load_of(
        std::make_shared<InFlight<MixedModel>>(pool, mix.callers, input_of(work_of(mix))),
        pids_of(pool));
  return load_of({.callers = mix.callers,
                  .think = mix.think,
                  .every = every,
                  .call = [&pool, work = work_of(mix)](int) { infer_mixed(pool, work); },
                  .servers = pids_of(pool)});
}

Load calls_to(YieldFloor& floor, const Mix& mix, Nanoseconds every) {
  if (mix.asynchronous)
    return load_of(std::make_shared<FloorInFlight>(floor, mix), floor.servers());
  return load_of(
      {.callers = mix.callers,
       .think = mix.think,
       .every = every,
       .call = [&floor, work = work_of(mix)](int caller) { floor.call(caller, work); },
       .serve = [&floor, callers = mix.callers](bool on) { floor.serve(on ? callers : 0); },
       .servers = floor.servers()});
}

}  // namespace bench
