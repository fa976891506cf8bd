// SPDX-License-Identifier: Apache-2.0
#include "throughput/tasks.hpp"

#include <cmath>
#include <future>
#include <inferpool/pool.hpp>
#include <optional>
#include <string>
#include <vector>

#include "measure/number.hpp"
#include "measure/rounds.hpp"
#include "models/sleep_model.hpp"
#include "throughput/python_pool.hpp"

namespace bench {

namespace {

using namespace std::chrono_literals;
using SleepPool = inferpool::Pool<SleepModel>;

constexpr int kWorkers = 5;

struct Load {
  int tasks;
  Nanoseconds time;  // of each task
  bool all_at_once;

  // The seconds that it takes without any overhead.
  [[nodiscard]] double ideal() const {
    return std::ceil(static_cast<double>(tasks) / kWorkers) * static_cast<double>(time.count()) /
           1e9;
  }
};

inferpool::Settings sleep_settings() {
  inferpool::Settings settings;
  settings.worker = "bench_sleep_worker";
  settings.workers = kWorkers;
  settings.max_queue_size = 10'000;  // all tasks at once
  return settings;
}

double seconds_of(SleepPool& pool, const Load& load) {
  const Clock::time_point begin = Clock::now();
  const int together = load.all_at_once ? load.tasks : kWorkers;
  for (int done = 0; done < load.tasks; done += together) {
    std::vector<std::future<inferpool::Tensor>> answers;
    for (int i = 0; i < together; ++i)
      answers.push_back(
          pool.submit(inferpool::Tensor::scalar(static_cast<std::uint64_t>(load.time.count()))));
    for (auto& answer : answers) answer.get();
  }
  return nanoseconds(Clock::now() - begin) / 1e9;
}

// They measure the time that the load took, divided by the ideal time.
std::vector<Contender> contenders(SleepPool& pool, PythonPool* python, const Load& load) {
  std::vector<Contender> result{{"inferpool", [&pool, load](Nanoseconds, Samples& samples) {
                                   samples.add(seconds_of(pool, load) / load.ideal());
                                 }}};
  if (python == nullptr) return result;
  result.push_back({"Python's multiprocessing", [python, load](Nanoseconds, Samples& samples) {
                      const double seconds = static_cast<double>(load.time.count()) / 1e9;
                      samples.add(python->run(load.tasks, seconds, load.all_at_once) /
                                  load.ideal());
                    }});
  return result;
}

}  // namespace

void measure_tasks(const Options& options, Progress& progress, Results& results) {
  SleepPool pool(sleep_settings());
  std::optional<PythonPool> python;
  if (PythonPool::available())
    python.emplace(kWorkers);
  else
    results.left_out.emplace_back("Python's multiprocessing: install python3");
  for (const int milliseconds : {1, 10, 100, 1000}) {
    const std::string name = milliseconds == 1000 ? "1 s" : number(milliseconds) + " ms";
    progress.step("tasks of " + name);
    const int work = options.full || milliseconds == 1000 ? 1000 : 200;
    const int runs = options.full || milliseconds < 1000 ? options.runs : 1;
    for (const bool all_at_once : {false, true}) {
      const Load load{kWorkers * work / milliseconds, std::chrono::milliseconds(milliseconds),
                      all_at_once};
      Rounds rounds(contenders(pool, python ? &*python : nullptr, load),
                    {.runs = runs, .slices = 1});
      rounds.run(&progress);
      for (std::size_t i = 0; i < rounds.contenders(); ++i)
        results.cells.push_back(
            {"5 workers, tasks that sleep, by the ideal time",
             rounds.name(i) + (all_at_once ? ", all at once" : ", in rounds of 5"),
             "tasks of " + name, "x", median(rounds.means(i))});
    }
  }
}

}  // namespace bench
