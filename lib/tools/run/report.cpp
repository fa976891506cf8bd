// SPDX-License-Identifier: Apache-2.0
#include "tools/run/report.hpp"

#include <chrono>
#include <type_traits>

#include "core/format.hpp"
#include "tools/format_time.hpp"
#include "tools/quantile.hpp"
#include "tools/run/array_text.hpp"

namespace inferpool::tools {
namespace {

std::string time(Duration duration) {
  return format_time(std::chrono::duration<double>(duration).count());
}

std::string parameter_text(const Parameter& parameter) {
  return std::visit(
      [](const auto& value) {
        using T = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::string>) {
          const std::string_view text = value;
          return array_text(Tensor::from_strings(std::span(&text, 1), Shape{}));
        } else {
          return core::formatted("{}", value);
        }
      },
      parameter);
}

std::string outputs_text(const ModelOutput& output, bool print_outputs) {
  std::string text;
  for (const NamedTensor& named : outputs_of(output)) {
    text += core::formatted("{} {}\n", named.name, to_string(named.tensor));
    if (print_outputs) text += array_text(named.tensor) + '\n';
  }
  if (const auto* response = std::get_if<Response>(&output)) {
    for (const auto& [name, value] : response->parameters) {
      text += core::formatted("parameter {} = {}\n", name, parameter_text(value));
    }
  }
  return text;
}

std::string timing_text(const Calls& calls) {
  std::string text = core::formatted("Loading took {}, ", format_time(calls.loading));
  if (calls.times.size() == 1) {
    text += core::formatted("the call {}: ", format_time(calls.times[0]));
  } else {
    text += core::formatted(
        "the first of {} calls {}, their median {}, p99 {}.\nOn average: ", calls.times.size(),
        format_time(calls.times[0]), format_time(quantile(calls.times, 0.5)),
        format_time(quantile(calls.times, 0.99)));
  }
  const StageTimes& stages = calls.stats.stages;
  return text + core::formatted("copy in {}, queue {}, wake {}, run {}, copy out {}.\n",
                                time(stages.copy_in), time(stages.queue), time(stages.wake),
                                time(stages.run), time(stages.copy_out));
}

std::string workers_text(const Stats& stats) {
  constexpr const char* kRow = "{:>6}  {:>8}  {:>8}  {:>10}  {:>10}\n";
  std::string text = core::formatted(kRow, "worker", "pid", "state", "generation", "served");
  for (const WorkerStats& worker : stats.workers) {
    text += core::formatted(kRow, worker.index, worker.pid, name(worker.state), worker.generation,
                            worker.served);
  }
  if (stats.deaths + stats.retried > 0) {
    text +=
        core::formatted("Workers died: {}; started again: {}; runs given to another worker: {}.\n",
                        stats.deaths, stats.restarts, stats.retried);
  }
  return text;
}

}  // namespace

TensorList outputs_of(const ModelOutput& output) {
  if (const auto* response = std::get_if<Response>(&output)) return response->outputs;
  return {{std::string(kUnnamedOutput), std::get<Tensor>(output)}};
}

std::string to_text(const RunSubject& subject, const Calls& calls, bool print_outputs) {
  const std::string computed =
      calls.computed_by.empty() ? "" : core::formatted(", computed by {}", calls.computed_by);
  return core::formatted("{}{}, asked with {}\n\n{}\n{}\n{}", subject.model, computed,
                         subject.input, outputs_text(calls.output, print_outputs),
                         timing_text(calls), workers_text(calls.stats));
}

}  // namespace inferpool::tools
