// SPDX-License-Identifier: Apache-2.0
#include "report/plots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string_view>

#include "report/heat_map.hpp"

namespace bench {

namespace {

std::size_t place_of(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) names.push_back(name);
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

// Adds a value to the series of this name, at this position of the x axis.
void put(Plot& plot, const std::string& series, const std::string& x, double value) {
  const std::size_t place = place_of(plot.x, x);
  auto found = std::find_if(plot.series.begin(), plot.series.end(),
                            [&](const Series& one) { return one.name == series; });
  if (found == plot.series.end()) found = plot.series.insert(found, {series, {}});
  if (found->values.size() <= place) found->values.resize(place + 1);
  found->values[place] = value;
}

void put_round_trip(Plot& plot, const Cell& cell, const std::string& table) {
  if (cell.table == table && cell.p50) put(plot, cell.row, cell.column, *cell.p50 / 1e9);
}

// Draws one column of the tables "<manner>, model of <run time>".
void put_throughput(Plot& plot, const Cell& cell, std::string_view manner,
                    std::string_view column) {
  const std::string head = std::string(manner) + ", model of ";
  if (cell.table.starts_with(head) && cell.column == column && cell.value)
    put(plot, cell.row, cell.table.substr(head.size()), *cell.value);
}

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream stream(file);
  stream << text;
  if (!stream.flush()) throw std::runtime_error("cannot write " + file.string());
}

// Quotes the text for the shell.
std::string single_quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "'\\''" : std::string(1, c);
  return result + "'";
}

}  // namespace

std::vector<Plot> plots_of(const std::vector<Results>& all) {
  Plot hot{"round_trip_hot", "Round trip of a null model, hot (p50)", "payload", "seconds", {}, {}};
  Plot cold{"round_trip_cold",
            "Round trip of a null model, spin = 0 (p50)",
            "payload",
            "seconds",
            {},
            {}};
  Plot synchronous{"throughput_sync",
                   "8 synchronous callers",
                   "run time of the model",
                   "requests per second",
                   {},
                   {}};
  Plot asynchronous{"throughput_async",
                    "32 calls in flight",
                    "run time of the model",
                    "requests per second",
                    {},
                    {}};
  for (const Results& results : all) {
    for (const Cell& cell : results.cells) {
      put_round_trip(hot, cell, "round trip, hot");
      put_round_trip(cold, cell, "round trip, cold (spin = 0)");
      put_throughput(synchronous, cell, "synchronous", "8 callers");
      put_throughput(asynchronous, cell, "asynchronous", "32 in flight");
    }
  }
  std::vector<Plot> plots;
  for (Plot& plot : std::vector{hot, cold, synchronous, asynchronous})
    if (!plot.series.empty()) plots.push_back(std::move(plot));
  return plots;
}

std::vector<Drawing> drawings_of(const std::vector<Results>& all) {
  std::vector<Drawing> drawings;
  for (const Plot& plot : plots_of(all)) drawings.push_back({plot.name, gnuplot_script(plot)});
  for (const HeatMap& map : heat_maps_of(all)) drawings.push_back({map.name, gnuplot_script(map)});
  return drawings;
}

std::string draw(const std::vector<Drawing>& drawings, const std::filesystem::path& folder) {
  const bool drawn = std::system("gnuplot --version > /dev/null 2>&1") == 0;
  std::string said;
  for (const auto& [name, script] : drawings) {
    write(folder / (name + ".gp"), script);
    if (!drawn) continue;
    const std::string command =
        "cd " + single_quoted(folder.string()) + " && gnuplot " + single_quoted(name + ".gp");
    said += std::system(command.c_str()) == 0
                ? fmt::format("plot: {}\n", (folder / (name + ".svg")).string())
                : fmt::format("plot: gnuplot failed on {}.gp\n", name);
  }
  if (!drawn)
    said += fmt::format("no plots: install gnuplot-nox, then run gnuplot on the scripts in {}\n",
                        folder.string());
  return said;
}

}  // namespace bench
