// SPDX-License-Identifier: Apache-2.0
#include "ipc_overhead/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "measure/number.hpp"
#include "measure/rounds.hpp"

namespace bench {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kFloat = sizeof(float);
constexpr std::size_t kMiB = 1U << 20U;
constexpr const char* kOrdinary = "inferpool";
constexpr const char* kLoaned = "inferpool, loaned";

void add_cells(const Rounds& rounds, const std::string& table, const std::string& column,
               Results& results) {
  for (std::size_t i = 0; i < rounds.contenders(); ++i)
    results.cells.push_back(percentiles(table, rounds.name(i), column, "ns", rounds.all(i)));
}

// "p50 853 ns beside 118 ns"
std::string beside(double q, double product, double floor) {
  return fmt::format("p{} {} ns beside {} ns", number(q * 100), number(product), number(floor));
}

// How the pool itself divides the time.
template <typename Pool>
std::string stages(const Pool& pool) {
  const inferpool::StageTimes stages = pool.stats().stages;
  const auto text = [](inferpool::Duration duration) {
    return number(static_cast<double>(duration.count()));
  };
  return fmt::format(
      "mean stages by the pool's own statistics [ns]: copy in {}, queue {}, wake {}, run {}, copy "
      "out {}",
      text(stages.copy_in), text(stages.queue), text(stages.wake), text(stages.run),
      text(stages.copy_out));
}

Figure ratio_figure(const Rounds& rounds, double q, const std::string& product,
                    const std::string& floor, Figure figure) {
  const std::vector<double> above = rounds.quantiles(rounds.index(product), q);
  const std::vector<double> below = rounds.quantiles(rounds.index(floor), q);
  figure.runs = ratios(above, below);
  figure.unit = "x";
  figure.note =
      beside(q, median(above), median(below)) + (figure.note.empty() ? "" : "; " + figure.note);
  return figure;
}

struct Payload {
  const char* name;
  std::size_t bytes;
};

constexpr std::array kPayloads{
    Payload{"1 KiB", 1U << 10U},       Payload{"16 KiB", 16U << 10U}, Payload{"64 KiB", 64U << 10U},
    Payload{"256 KiB", 256U << 10U},   Payload{"1 MiB", kMiB},        Payload{"4 MiB", 4 * kMiB},
    Payload{"64 MiB", kLargestPayload}};

}  // namespace

void measure_hot(Subjects& subjects, const Options& options, Progress& progress, Results& results) {
  progress.step("hot: 1 float and 4 MiB");
  // These are the pool's first calls, so the stages are only theirs.
  Samples only_floats;
  Subjects::ordinary(subjects.echo(), kFloat, kOrdinary).work(milliseconds(500), only_floats);
  const std::string float_stages = stages(subjects.echo());
  Rounds rounds({subjects.cache_line(), Subjects::ordinary(subjects.echo(), kFloat, kOrdinary),
                 Subjects::loaned(subjects.premade(), 4 * kMiB, "inferpool, 4 MiB loaned")},
                {.runs = options.runs, .slices = options.full ? 40 : 20});
  rounds.run(&progress);
  add_cells(rounds, "figures, hot", "round trip", results);
  const auto add = [&](double q, const char* product, const char* floor, Figure figure) {
    results.figures.push_back(ratio_figure(rounds, q, product, floor, std::move(figure)));
  };
  add(0.5, kOrdinary, "cache line",
      {.what = "1 float, hot, p50 beside the cache line", .target = 2.5, .note = float_stages});
  add(0.999, kOrdinary, "cache line",
      {.what = "1 float, hot, p99.9 beside the cache line's own",
       .target = 3,
       .note = "a call takes three times as long as the line, and so meets more of what disturbs "
               "the machine"});
  add(0.5, "inferpool, 4 MiB loaned", kOrdinary,
      {.what = "4 MiB loaned both ways, hot, p50 beside 1 float",
       .target = 1.5,
       .note = stages(subjects.premade())});
}

void measure_crossing(Subjects& subjects, const Options& options, Progress& progress,
                      Results& results) {
  for (const auto& [name, bytes] : kPayloads) {
    progress.step(fmt::format("hot: {} beside copies that cross", name));
    Rounds rounds({subjects.crossing(bytes), Subjects::ordinary(subjects.echo(), bytes, kOrdinary)},
                  {.runs = options.runs, .slices = options.full ? 40 : 10});
    rounds.run(&progress);
    add_cells(rounds, "payloads beside copies that cross, hot", name, results);
    results.figures.push_back(ratio_figure(
        rounds, 0.5, kOrdinary, "crossing copies",
        {.what = fmt::format("{} ordinary both ways, hot, p50 beside copies that cross", name),
         .target = 1.3}));
  }
}

void measure_cold(Subjects& subjects, const Options& options, Progress& progress,
                  Results& results) {
  progress.step("cold: 1 float");
  Rounds rounds(
      {subjects.parked_futex(), Subjects::ordinary(subjects.cold_echo(), kFloat, kOrdinary)},
      {.runs = options.runs, .slices = options.full ? 80 : 30});
  rounds.run(&progress);
  add_cells(rounds, "figures, cold (spin = 0)", "round trip", results);
  results.figures.push_back(
      ratio_figure(rounds, 0.5, kOrdinary, "parked futex",
                   {.what = "1 float, cold (spin = 0), p50 beside the parked futex",
                    .target = 1.25,
                    .note = stages(subjects.cold_echo())}));
}

void measure_peers(Subjects& subjects, const Options& options, Progress& progress,
                   Results& results) {
  progress.step("hot: 1 float beside peers");
  std::vector<Contender> contenders = subjects.peers(kFloat);
  contenders.push_back(Subjects::ordinary(subjects.echo(), kFloat, kOrdinary));
  Rounds rounds(std::move(contenders), {.runs = options.runs, .slices = options.full ? 40 : 10});
  rounds.run(&progress);
  for (const auto& peer : subjects.all_peers()) {
    results.figures.push_back(ratio_figure(
        rounds, 0.5, peer->name(), kOrdinary,
        {.what = fmt::format("1 float, hot, p50: how much faster than {}", peer->name()),
         .relation = Relation::kAtLeast,
         .target = peer->blocks() ? 10.0 : 4.0}));
  }
}

void measure_payloads(Subjects& subjects, const Options& options, Progress& progress,
                      Results& results) {
  std::vector<Payload> payloads = {{"1 float", kFloat}};
  payloads.insert(payloads.end(), kPayloads.begin(), kPayloads.end());
  if (!options.full) payloads.pop_back();
  const RoundsPlan plan{.runs = options.runs, .slices = options.full ? 10 : 2};
  for (const auto& [name, bytes] : payloads) {
    progress.step(fmt::format("hot: {}", name));
    std::vector<Contender> hot = {Subjects::direct_call(bytes), Subjects::two_copies(bytes),
                                  subjects.in_process(bytes),
                                  Subjects::loaned(subjects.premade(), bytes, kLoaned),
                                  Subjects::ordinary(subjects.echo(), bytes, kOrdinary)};
    if (bytes == kFloat) hot.insert(hot.begin(), subjects.cache_line());
    std::ranges::move(subjects.peers(bytes), std::back_inserter(hot));
    Rounds hot_rounds(std::move(hot), plan);
    hot_rounds.run(&progress);
    add_cells(hot_rounds, "round trip, hot", name, results);

    progress.step(fmt::format("cold: {}", name));
    std::vector<Contender> cold = {Subjects::loaned(subjects.cold_premade(), bytes, kLoaned),
                                   Subjects::ordinary(subjects.cold_echo(), bytes, kOrdinary)};
    if (bytes == kFloat) cold.insert(cold.begin(), subjects.parked_futex());
    Rounds cold_rounds(std::move(cold), plan);
    cold_rounds.run(&progress);
    add_cells(cold_rounds, "round trip, cold (spin = 0)", name, results);
  }
}

}  // namespace bench
