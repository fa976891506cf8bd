// SPDX-License-Identifier: Apache-2.0
#include "measure/results.hpp"

#include <algorithm>
#include <utility>

#include "measure/number.hpp"
#include "measure/table.hpp"

namespace bench {

namespace {

std::string text_of(const Cell& cell) {
  if (cell.value) return number(*cell.value);
  std::string text;
  for (const auto& one : {cell.p50, cell.p99, cell.p999})
    if (one) text += (text.empty() ? "" : " / ") + number(*one);
  return text;
}

std::vector<std::string> distinct(const std::vector<Cell>& cells, std::string Cell::*member,
                                  const std::string& table) {
  std::vector<std::string> names;
  for (const Cell& cell : cells)
    if ((table.empty() || cell.table == table) &&
        std::find(names.begin(), names.end(), cell.*member) == names.end())
      names.push_back(cell.*member);
  return names;
}

std::string table_text(const std::vector<Cell>& cells, const std::string& name) {
  const std::vector<std::string> columns = distinct(cells, &Cell::column, name);
  std::vector<std::string> head{name};
  head.insert(head.end(), columns.begin(), columns.end());
  Table table(head);
  bool has_percentiles = false;
  for (const std::string& row : distinct(cells, &Cell::row, name)) {
    std::vector<std::string> line(head.size());
    line[0] = row;
    for (const Cell& cell : cells) {
      if (cell.table != name || cell.row != row) continue;
      const auto column = std::find(columns.begin(), columns.end(), cell.column);
      line[static_cast<std::size_t>(column - columns.begin()) + 1] = text_of(cell);
      has_percentiles = has_percentiles || cell.p50.has_value();
    }
    table.add(line);
  }
  std::string units;
  for (const std::string& unit : distinct(cells, &Cell::unit, name))
    units += (units.empty() ? "" : ", ") + unit;
  return "\n" + name + " [" + units + (has_percentiles ? "; p50 / p99 / p99.9" : "") + "]\n" +
         table.text();
}

}  // namespace

Cell percentiles(std::string table, std::string row, std::string column, std::string unit,
                 const Samples& samples) {
  Cell cell{std::move(table), std::move(row), std::move(column), std::move(unit)};
  cell.p50 = samples.quantile(0.5);
  // With fewer samples it would be the largest one.
  if (samples.size() >= 200) cell.p99 = samples.quantile(0.99);
  if (samples.size() >= 2000) cell.p999 = samples.quantile(0.999);
  return cell;
}

std::string to_string(const Results& results) {
  std::string text;
  for (const std::string& table : distinct(results.cells, &Cell::table, ""))
    text += table_text(results.cells, table);
  if (!results.notes.empty()) text += "\nnotes:\n";
  for (const std::string& line : results.notes) text += "  " + line + "\n";
  if (!results.left_out.empty()) text += "\nleft out:\n";
  for (const std::string& line : results.left_out) text += "  " + line + "\n";
  if (!results.figures.empty()) text += "\nfigures:\n";
  for (const Figure& figure : results.figures) text += "  " + to_string(figure) + "\n";
  return text;
}

}  // namespace bench
