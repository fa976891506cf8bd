// SPDX-License-Identifier: Apache-2.0
#include "report/heat_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace bench {

namespace {

constexpr std::string_view kHead = "beside the yield floor, ";

std::size_t position_of(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  names.push_back(name);
  return names.size() - 1;
}

// "model of 10 us, think 50 us" -> "mix_model_of_10_us_think_50_us"
std::string file_name(std::string_view text) {
  std::string name = "mix_";
  for (const char c : text) {
    if (c != ',') name += c == ' ' ? '_' : c;
  }
  return name;
}

void put(HeatMap& map, const Cell& cell) {
  const std::size_t row = position_of(map.rows, cell.row);
  const std::size_t column = position_of(map.columns, cell.column);
  map.ratios.resize(map.rows.size());
  for (auto& line : map.ratios) line.resize(map.columns.size());
  map.ratios[row][column] = cell.value;
}

std::string tics(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += fmt::format("{}\"{}\" {}", i == 0 ? "" : ", ", names[i], i);
  return text;
}

}  // namespace

std::vector<HeatMap> heat_maps_of(const std::vector<Results>& all) {
  std::vector<HeatMap> maps;
  for (const Results& results : all) {
    for (const Cell& cell : results.cells) {
      if (!cell.table.starts_with(kHead) || !cell.value) continue;
      const std::string model = cell.table.substr(kHead.size());
      const std::string name = file_name(model);
      auto found = std::find_if(maps.begin(), maps.end(),
                                [&](const HeatMap& map) { return map.name == name; });
      if (found == maps.end())
        found = maps.insert(found, {name, "Rate beside the yield floor, " + model, {}, {}, {}});
      put(*found, cell);
    }
  }
  return maps;
}

std::string gnuplot_script(const HeatMap& map) {
  std::string colours;
  std::string labels;
  for (std::size_t row = 0; row < map.ratios.size(); ++row) {
    for (std::size_t column = 0; column < map.ratios[row].size(); ++column) {
      const auto& ratio = map.ratios[row][column];
      if (!ratio || *ratio <= 0) continue;
      colours += fmt::format("{} {} {:.4f}\n", column, row, std::log10(*ratio));
      labels += fmt::format("set label \"{:.2f}\" at {},{} center front\n", *ratio, column, row);
    }
  }
  return fmt::format(
      "# SPDX-License-Identifier: Apache-2.0\n"
      "set terminal svg size {},{} noenhanced background rgb 'white'\n"
      "set output \"{}.svg\"\nset title \"{}\"\nunset key\n"
      "set xrange [-0.5:{}.5]\nset yrange [-0.5:{}.5]\nset xtics ({})\nset ytics ({})\n"
      "set cbrange [-1:1]\nset palette defined (-1 'red', 0 'white', 1 'blue')\n"
      "set cbtics (\"0.1\" -1, \"1\" 0, \"10\" 1)\n{}"
      "$ratios << END\n{}END\nplot $ratios using 1:2:(0.5):(0.5):3 with boxxyerror palette "
      "fillstyle solid\n",
      // As wide as the title.
      std::max(260 + 90 * map.columns.size(), 60 + 9 * map.title.size()),
      160 + 60 * map.rows.size(), map.name, map.title, map.columns.size() - 1, map.rows.size() - 1,
      tics(map.columns), tics(map.rows), labels, colours);
}

}  // namespace bench
