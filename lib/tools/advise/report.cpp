// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/report.hpp"

#include <algorithm>
#include <optional>

#include "core/format.hpp"
#include "tools/format_time.hpp"

namespace inferpool::tools {
namespace {

std::string format_rate(double rate) {
  return rate < 10 ? core::formatted("{:.2f}", rate) : core::formatted("{:.0f}", rate);
}

std::string counted(int count, const char* singular) {
  return core::formatted("{} {}{}", count, singular, count == 1 ? "" : "s");
}

std::string row(const std::string& workers, double rate, double times, double run) {
  return core::formatted("{:>10}  {:>12}  {:>16.2f}  {:>13}\n", workers, format_rate(rate), times,
                         format_time(run));
}

std::string table(const Figures& figures) {
  const double run = figures.single.run.median;
  std::string text = core::formatted("{:>10}  {:>12}  {:>16}  {:>13}\n", "workers", "calls/s",
                                     "times in-process", "run meanwhile");
  text += row("in-process", run > 0 ? 1 / run : 0, 1, run);
  for (const PoolLoad& load : figures.loads) {
    const double rate = load.calls_per_second.median;
    text += row(std::to_string(load.workers), rate, rate * run, load.run);
  }
  return text;
}

std::string outcome_sentence(const Verdict& verdict) {
  const std::string workers = counted(verdict.workers, "worker");
  const Spread& gain = verdict.gain;
  switch (verdict.outcome) {
    case Outcome::kPays:
      return core::formatted(
          "A pool pays: with {} it answers {:.1f} times as many calls a second as one thread in "
          "your "
          "process.\n",
          workers, gain.median);
    case Outcome::kDoesNotPay:
      return core::formatted(
          "A pool does not pay for throughput: at best, with {}, it answers {:.2f} times as many "
          "calls a second as one thread in your process.\n",
          workers, gain.median);
    case Outcome::kTooClose:
      return core::formatted(
          "It is too close to tell whether a pool pays: with {} it answers {:.2f} to {:.2f} times "
          "as "
          "many calls a second as one thread in your process. Try a quiet machine, or more "
          "--seconds.\n",
          workers, gain.low, gain.high);
  }
  return {};
}

std::string slowest_run(const Figures& figures) {
  const auto slower = [](const PoolLoad& a, const PoolLoad& b) { return a.run < b.run; };
  const auto slowest = std::max_element(figures.loads.begin(), figures.loads.end(), slower);
  return core::formatted("one takes {} with {}, {} alone", format_time(slowest->run),
                         counted(slowest->workers, "busy worker"),
                         format_time(figures.single.run.median));
}

std::string limit_sentence(const Figures& figures, const Verdict& verdict) {
  switch (verdict.limit) {
    case Limit::kNone:
      return {};
    case Limit::kTooShort:
      return "Its run is too short: the way to a worker and back costs more than further "
             "processors "
             "gain.\n";
    case Limit::kOneCore:
      return "There is one usable core, so workers take turns with each other and with your "
             "process: "
             "no model that only computes gains from a pool here. Where there are more cores, "
             "measure "
             "again.\n";
    case Limit::kDoesNotScale:
      return core::formatted(
          "Its runs hinder each other ({}): they share memory bandwidth or a device, or each uses "
          "several threads (see threads_per_worker). More workers do not change that.\n",
          slowest_run(figures));
  }
  return {};
}

std::string scaling_sentences(const Verdict& verdict) {
  std::string text;
  if (verdict.waits) {
    text +=
        "More workers than cores still gained: the model waits for something part of its time.\n";
  }
  if (verdict.more_may) {
    text += core::formatted("{} were the most that were tried, and the best; see --workers.\n",
                            counted(verdict.workers, "worker"));
  }
  return text;
}

std::string from(const std::optional<double>& run, const Figures& figures) {
  if (run) return core::formatted("from a run time of about {} on", format_time(*run));
  const double longest = figures.probe.empty() ? 0 : figures.probe.back().run;
  return core::formatted("not even with a run time of {}", format_time(longest));
}

std::string run_time_sentences(const Figures& figures, const Verdict& verdict) {
  std::string text = "For models that only compute, with as many bytes in and out:\n";
  if (figures.cores > 1) {
    text += core::formatted("  {} answer more calls than one thread {};\n",
                            counted(figures.probe_workers, "worker"),
                            from(verdict.break_even, figures));
  }
  return text + core::formatted("  a pool adds less than {:.0f} % to a call {}.\n",
                                100 * kSmallShare, from(verdict.small_overhead, figures));
}

}  // namespace

std::string verdict_text(const Figures& figures, const Verdict& verdict) {
  constexpr const char* kIsolation =
      "Isolation by itself (a crash, a leak or a library's lock stays in a worker) costs {} a "
      "call.\n";
  constexpr const char* kThreads =
      "Threads in your own process would use the cores, too, if the model is thread_safe: that "
      "cannot be seen here.\n";
  return outcome_sentence(verdict) + limit_sentence(figures, verdict) + scaling_sentences(verdict) +
         run_time_sentences(figures, verdict) +
         core::formatted(kIsolation, format_time(std::max(0.0, figures.single.overhead))) +
         kThreads;
}

std::string to_text(const Subject& subject, const Figures& figures, const Verdict& verdict) {
  constexpr const char* kHead =
      "{}, asked with {}, on {}\n\n"
      "One call at a time: the run takes {} in a worker, the call {} through the pool (p99 {}).\n"
      "In-process is calculated from that run; it has decode and encode in it, so large outputs "
      "would be quicker.\n\n";
  const SingleCall& single = figures.single;
  return core::formatted(kHead, subject.model, subject.input, counted(figures.cores, "usable core"),
                         format_time(single.run.median), format_time(single.p50),
                         format_time(single.p99)) +
         table(figures) + '\n' + verdict_text(figures, verdict);
}

}  // namespace inferpool::tools
