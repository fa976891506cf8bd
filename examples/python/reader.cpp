// SPDX-License-Identifier: Apache-2.0
// Compares a Python class in the workers of a pool with the same class in threads of one Python
// process.
//   reader [rounds] [seconds of one measurement]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include <inferpool/pool.hpp>

#include "contestants.hpp"
#include "held_out.hpp"
#include "report.hpp"

namespace {

constexpr double kLeastAccuracy = 0.93;
constexpr double kLeastOfTwoWorkers = 1.8;
constexpr double kMostOfTwoThreads = 1.15;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Everything that is compared, one thread first. All pools are ready all the time, and all but the
// measured one are idle.
struct Field {
  Field(const std::filesystem::path& folder, const HeldOut& held_out) {
    const auto settings = inferpool::Settings::from_file(folder / "model-settings.json");
    for (const int size : {1, 2, 4}) {
      threads.push_back(std::make_unique<PythonThreads>(folder, size));
      figures.push_back({threads.back()->name(), size, false});
      contestants.push_back(threads.back().get());
    }
    for (const int size : {1, 2, 4}) {
      pools.push_back(std::make_unique<Workers>(settings, size, held_out));
      figures.push_back({pools.back()->name(), size, true});
      contestants.push_back(pools.back().get());
    }
  }
  std::vector<std::unique_ptr<PythonThreads>> threads;
  std::vector<std::unique_ptr<Workers>> pools;
  std::vector<Contestant*> contestants;
  std::vector<Figure> figures;
};

// Each round measures all contestants one after the other, and compares only within the round: the
// other load of the machine changes from round to round.
void compare(Field& field, int rounds, double seconds) {
  std::vector<std::vector<double>> images(field.contestants.size());
  std::vector<std::vector<double>> times(field.contestants.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < field.contestants.size(); ++i) {
      images[i].push_back(field.contestants[i]->measure(seconds));
      times[i].push_back(images[i].back() / images[0].back());
    }
  }
  for (std::size_t i = 0; i < field.contestants.size(); ++i) {
    field.figures[i].images = median(images[i]);
    field.figures[i].times = median(times[i]);
  }
}

// Whether all pools read the same digits, and enough of them are right.
bool read_rightly(Field& field, const HeldOut& held_out) {
  const std::vector<std::int64_t> digits = field.pools[0]->read_all();
  std::size_t right = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (digits[i] == held_out.digits[i]) ++right;
  }
  std::printf("  right: %zu of %zu images that it was not trained on\n", right, held_out.size());
  return std::ranges::all_of(field.pools,
                             [&](const auto& pool) { return pool->read_all() == digits; }) &&
         static_cast<double>(right) >= kLeastAccuracy * static_cast<double>(held_out.size());
}

void print_verdict(const Field& field) {
  const double threads = field.figures[1].times;
  const double workers = field.figures[4].times;
  std::printf("\n  2 threads of one process: %.2f times one thread (at most %.2f expected): %s\n",
              threads, kMostOfTwoThreads, threads <= kMostOfTwoThreads ? "holds" : "missed");
  std::printf("  2 workers of a pool: %.2f times one thread (at least %.2f expected): %s\n",
              workers, kLeastOfTwoWorkers, workers >= kLeastOfTwoWorkers ? "holds" : "missed");
  std::printf(
      "  a thread holds Python's lock for at least %.0f %% of its processor time: all of the "
      "features;\n"
      "  some of the rest, in scikit-learn, is under the lock, too\n",
      100 * field.threads[0]->locked());
}

int run(int rounds, double seconds) {
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const HeldOut held_out = read_held_out(folder / "held_out.bin");
  Field field(folder, held_out);
  std::printf("One Python class, %u cores; medians of %d rounds, %.1f s each\n\n",
              std::thread::hardware_concurrency(), rounds, seconds);
  const bool right = read_rightly(field, held_out);
  compare(field, rounds, seconds);
  print_table(field.figures);
  print_verdict(field);
  const auto plot = folder / "throughput.svg";
  if (draw(field.figures, plot)) std::printf("  drawn: %s\n", plot.c_str());
  return right ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
    const double seconds = argc > 2 ? std::atof(argv[2]) : 1.0;
    return run(rounds, seconds);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "reader: %s\n", error.what());
    return 1;
  }
}
