// SPDX-License-Identifier: Apache-2.0
// Measures models whose library has threads of its own: with as many workers as cores, one thread
// per worker is faster than one per core.
#include <inferpool/pool.hpp>
#include <memory>
#include <string>
#include <vector>

#include "measure/callers.hpp"
#include "measure/cores.hpp"
#include "measure/instrument.hpp"
#include "measure/number.hpp"
#include "measure/program.hpp"
#include "measure/rounds.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

struct ThreadedModel {
  using Input = inferpool::Tensor;
  using Output = inferpool::Tensor;
};
using ThreadedPool = inferpool::Pool<ThreadedModel>;

struct Library {
  const char* name;
  const char* worker;  // null: left out
  const char* package;
};

constexpr const char* worker_of([[maybe_unused]] const char* name, bool built) {
  return built ? name : nullptr;
}

#ifdef BENCH_WITH_OPENMP
constexpr bool kOpenmp = true;
#else
constexpr bool kOpenmp = false;
#endif
#ifdef BENCH_WITH_BLAS
constexpr bool kBlas = true;
#else
constexpr bool kBlas = false;
#endif
#ifdef BENCH_WITH_OPENCV
constexpr bool kOpencv = true;
#else
constexpr bool kOpencv = false;
#endif

constexpr Library kLibraries[] = {
    {"OpenMP", worker_of("bench_openmp_worker", kOpenmp), "libgomp1 (comes with g++)"},
    {"OpenBLAS", worker_of("bench_blas_worker", kBlas), "libopenblas-pthread-dev"},
    {"OpenCV", worker_of("bench_opencv_worker", kOpencv), "libopencv-dnn-dev"}};

// A pool of `workers`, kept busy by one caller per worker. The library in each worker may use
// `threads`.
class Load {
 public:
  Load(const char* worker, int workers, int threads)
      : pool_({.worker = worker, .workers = workers, .threads_per_worker = threads}),
        callers_(workers, [this](int) { ask(); }) {}

  double rate(Nanoseconds slice) { return callers_.rate(slice); }
  // The threads of a worker process after it has worked: inferpool's, the library's, and `more`.
  std::int64_t threads(std::int64_t more = 0) { return ask(more); }

 private:
  std::int64_t ask(std::int64_t more = 0) {
    return pool_.infer(inferpool::Tensor::scalar(more)).values<std::int64_t>().front();
  }

  ThreadedPool pool_;
  Callers callers_;
};

// The known case starts some more of them.
Instrument threads_of_a_worker(Load& load) {
  const auto more = std::make_shared<std::int64_t>();
  return {"threads of a worker",
          [&load, more](const Instrument::Code& code) {
            *more = 0;
            code();
            const std::int64_t before = load.threads();
            return static_cast<double>(load.threads(*more) - before);
          },
          {[more] { *more = 3; }, 3, 3}};
}

void count_threads(const std::string& table, const std::string& row, Load& load, Results& results) {
  if (const std::string blind = threads_of_a_worker(load).blindness(); !blind.empty())
    return results.left_out.push_back(row + ": " + blind);
  results.cells.push_back(
      {table, row, "threads of a worker", "", static_cast<double>(load.threads())});
}

std::string name_of(int workers, int threads) {
  return number(workers) + " workers x " + number(threads) +
         (threads == 1 ? " thread" : " threads");
}

void measure_library(const Library& library, const Options& options, Progress& progress,
                     Results& results) {
  progress.step(library.name);
  const int cores = static_cast<int>(usable_cores().size());
  Load one(library.worker, cores, 1);
  Load all(library.worker, cores, cores);
  const auto contender = [](std::string name, Load& load) {
    return Contender{std::move(name),
                     [&load](Nanoseconds slice, Samples& s) { s.add(load.rate(slice)); }};
  };
  Rounds rounds({contender(name_of(cores, 1), one), contender(name_of(cores, cores), all)},
                {.runs = options.runs, .slices = options.full ? 12 : 4, .slice = 150ms});
  rounds.run(&progress);
  const std::string table =
      "requests/s of a model that is parallel by " + std::string(library.name);
  for (std::size_t i = 0; i < rounds.contenders(); ++i) {
    results.cells.push_back(
        {table, rounds.name(i), "requests", "requests/s", rounds.all(i).mean()});
    count_threads(table, rounds.name(i), i == 0 ? one : all, results);
  }
  results.figures.push_back(
      {.what = rounds.name(0) + " beside " + rounds.name(1) + ", " + library.name,
       .runs = ratios(rounds.means(0), rounds.means(1)),
       .relation = Relation::kAtLeast,
       .target = 1,
       .unit = "x",
       .note = "too many threads cost little where they sleep while they wait for each other"});
}

void measure(const Options& options, Results& results) {
  if (usable_cores().size() < 2) {
    results.left_out.push_back("threads_per_worker: it takes two cores");
    return;
  }
  Progress progress("threads", static_cast<int>(std::size(kLibraries)));
  for (const Library& library : kLibraries) {
    if (library.worker != nullptr) {
      measure_library(library, options, progress, results);
    } else {
      results.left_out.push_back(std::string(library.name) + ": install " + library.package);
    }
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::run_program(argc, argv, "threads", bench::measure);
}
