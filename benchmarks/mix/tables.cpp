// SPDX-License-Identifier: Apache-2.0
#include "mix/tables.hpp"

#include <string>
#include <utility>

namespace bench {
namespace {

double median_of(const std::vector<Slice>& runs, double (*value)(const Slice&)) {
  std::vector<double> values;
  for (const Slice& slice : runs) values.push_back(value(slice));
  return median(std::move(values));
}

double rate(const Slice& slice) { return slice.rate(); }
double p99(const Slice& slice) { return slice.latencies.quantile(0.99); }
double processor(const Slice& slice) { return slice.processor_per_call() * 1e9; }

}  // namespace

void add_cells(const MeasuredMix& measured, Results& results) {
  const std::string model = model_name(measured.mix);
  const auto add = [&](const char* what, const char* unit, double (*value)(const Slice&)) {
    const std::string table = std::string(what) + ", " + model;
    const std::string row = row_name(measured.mix);
    results.cells.push_back({table, row, "inferpool", unit, median_of(measured.pool, value)});
    results.cells.push_back(
        {table, row, "inferpool, spin = 0", unit, median_of(measured.sleeping, value)});
    results.cells.push_back({table, row, "yield floor", unit, median_of(measured.floor, value)});
  };
  if (measured.mix.percent == 0)
    results.cells.push_back({"beside the yield floor, " + model, workers_name(measured.mix),
                             callers_name(measured.mix), "x",
                             median(ratios(rates_of(measured.pool), rates_of(measured.floor)))});
  add("rate", "requests/s", rate);
  if (!measured.mix.asynchronous) add("p99", "ns", p99);
  add("processor time of a call", "ns", processor);
}

}  // namespace bench
