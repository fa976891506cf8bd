// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "tools/advise/report.hpp"

namespace inferpool::tools {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Spread& spread) {
  return {{"low", spread.low}, {"median", spread.median}, {"high", spread.high}};
}

Json json_of(const PoolLoad& load) {
  return {{"workers", load.workers},
          {"calls_per_second", json_of(load.calls_per_second)},
          {"run", load.run}};
}

Json json_of(const RunTimeFigures& probe) {
  return {{"run", probe.run}, {"overhead", probe.overhead}, {"gain", probe.gain}};
}

Json json_of(const std::optional<double>& seconds) { return seconds ? Json(*seconds) : Json(); }

Json json_of(const Figures& figures, const Verdict& verdict) {
  return {{"outcome", name(verdict.outcome)},
          {"limit", name(verdict.limit)},
          {"workers", verdict.workers},
          {"gain", json_of(verdict.gain)},
          {"waits", verdict.waits},
          {"more_workers_may_gain", verdict.more_may},
          {"break_even_run", json_of(verdict.break_even)},
          {"small_overhead_run", json_of(verdict.small_overhead)},
          {"text", verdict_text(figures, verdict)}};
}

}  // namespace

std::string to_json(const Subject& subject, const Figures& figures, const Verdict& verdict) {
  const SingleCall& single = figures.single;
  Json loads = Json::array();
  for (const PoolLoad& load : figures.loads) loads.push_back(json_of(load));
  Json probe = Json::array();
  for (const RunTimeFigures& at : figures.probe) probe.push_back(json_of(at));
  const Json document = {{"model", subject.model},
                         {"input", subject.input},
                         {"usable_cores", figures.cores},
                         {"run", json_of(single.run)},
                         {"call", {{"p50", single.p50}, {"p99", single.p99}}},
                         {"overhead", single.overhead},
                         {"pools", loads},
                         {"probe_workers", figures.probe_workers},
                         {"probe", probe},
                         {"verdict", json_of(figures, verdict)}};
  // A name may be no UTF-8.
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace inferpool::tools
