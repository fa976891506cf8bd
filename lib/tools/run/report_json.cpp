// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <type_traits>
#include <vector>

#include "core/clock.hpp"
#include "tools/quantile.hpp"
#include "tools/run/array_values.hpp"
#include "tools/run/report.hpp"

namespace inferpool::tools {
namespace {

using Json = nlohmann::ordered_json;

bool is_utf8(const Json& text) {
  try {
    static_cast<void>(text.dump());
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

Json json_of(std::string_view text) {
  Json json(text);
  if (is_utf8(json)) return json;
  std::vector<std::uint8_t> bytes(text.begin(), text.end());
  return Json(bytes);  // an array of numbers: JSON has no type for arbitrary bytes
}

// JSON has no numbers for NaN and the infinities.
template <typename T>
Json json_of_number(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  }
  return Json(value);
}

Json data_of(const Tensor& tensor) {
  Json data = Json::array();
  visit_values(tensor, [&]<typename T>(std::span<const T> values) {
    for (const T& value : values) {
      if constexpr (std::is_same_v<T, std::string_view>) {
        data.push_back(json_of(value));
      } else {
        data.push_back(json_of_number(plain_value(value)));
      }
    }
  });
  return data;
}

Json outputs_json(const ModelOutput& output) {
  Json outputs = Json::array();
  for (const NamedTensor& named : outputs_of(output)) {
    outputs.push_back({{"name", named.name},
                       {"datatype", name(named.tensor.datatype())},
                       {"shape", named.tensor.shape().dimensions()},
                       {"data", data_of(named.tensor)}});
  }
  return outputs;
}

Json parameters_json(const ModelOutput& output) {
  Json parameters = Json::object();
  const auto* response = std::get_if<Response>(&output);
  if (response == nullptr) return parameters;
  for (const auto& [name, parameter] : response->parameters) {
    parameters[name] = std::visit(
        [](const auto& value) {
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, std::string>) {
            return json_of(value);
          } else {
            return json_of_number(value);
          }
        },
        parameter);
  }
  return parameters;
}

Json timing_json(const Calls& calls) {
  const StageTimes& stages = calls.stats.stages;
  return {{"loading", calls.loading},
          {"calls", calls.times.size()},
          {"first", calls.times.front()},
          {"median", quantile(calls.times, 0.5)},
          {"p99", quantile(calls.times, 0.99)},
          {"stages",
           {{"copy_in", core::seconds(stages.copy_in)},
            {"queue", core::seconds(stages.queue)},
            {"wake", core::seconds(stages.wake)},
            {"run", core::seconds(stages.run)},
            {"copy_out", core::seconds(stages.copy_out)}}}};
}

Json workers_json(const Stats& stats) {
  Json workers = Json::array();
  for (const WorkerStats& worker : stats.workers) {
    workers.push_back({{"index", worker.index},
                       {"pid", worker.pid},
                       {"state", name(worker.state)},
                       {"generation", worker.generation},
                       {"served", worker.served}});
  }
  return workers;
}

std::string line_of(const Json& document) {
  // A name may be no UTF-8.
  return document.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

template <typename T>
Json json_of(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

}  // namespace

std::string to_json(const RunSubject& subject, const Calls& calls) {
  const Stats& stats = calls.stats;
  return line_of({{"model", subject.model},
                  {"computed_by", calls.computed_by.empty() ? Json() : Json(calls.computed_by)},
                  {"input", subject.input},
                  {"outputs", outputs_json(calls.output)},
                  {"parameters", parameters_json(calls.output)},
                  {"timing", timing_json(calls)},
                  {"workers", workers_json(stats)},
                  {"deaths", stats.deaths},
                  {"restarts", stats.restarts},
                  {"retried", stats.retried}});
}

std::string to_json(const Error& error) {
  const ErrorDetails& details = error.details();
  return line_of({{"error",
                   {{"code", name(error.code())},
                    {"text", error.what()},
                    {"phase", name(details.phase)},
                    {"worker", details.worker_index},
                    {"pid", details.pid},
                    {"signal", json_of(details.signal)},
                    {"exit_status", json_of(details.exit_status)},
                    {"exception_type", details.exception_type},
                    {"exception_text", details.exception_text},
                    {"stderr_tail", details.stderr_tail}}}});
}

}  // namespace inferpool::tools
