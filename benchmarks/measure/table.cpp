// SPDX-License-Identifier: Apache-2.0
#include "measure/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bench {

Table::Table(std::vector<std::string> head, std::vector<bool> left)
    : rows_{std::move(head)}, left_(std::move(left)) {}

void Table::add(std::vector<std::string> row) {
  row.resize(rows_.front().size());
  rows_.push_back(std::move(row));
}

bool Table::left(std::size_t column) const { return column < left_.size() && left_[column]; }

std::string Table::text() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string result;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i)
      line += left(i) ? fmt::format("{:<{}}  ", rows_[r][i], widths[i])
                      : fmt::format("{:>{}}  ", rows_[r][i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    result += line + "\n";
    if (r != 0) continue;
    for (const std::size_t width : widths) result += std::string(width, '-') + "  ";
    result.erase(result.find_last_not_of(' ') + 1);
    result += "\n";
  }
  return result;
}

std::string Table::markdown() const {
  std::string result;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    result += "|";
    for (const std::string& cell : rows_[r]) result += " " + cell + " |";
    result += "\n";
    if (r != 0) continue;
    result += "|";
    for (std::size_t i = 0; i < rows_.front().size(); ++i) result += left(i) ? "---|" : "---:|";
    result += "\n";
  }
  return result;
}

}  // namespace bench
