// SPDX-License-Identifier: Apache-2.0
#include "report/summary.hpp"

#include <fmt/format.h>

#include "measure/number.hpp"
#include "measure/table.hpp"

namespace bench {

namespace {

std::string with_unit(double value, const std::string& unit) {
  return unit.empty() ? number(value) : number(value) + " " + unit;
}

std::string target(const Figure& figure) {
  return fmt::format("{} {}", symbol(figure.relation), with_unit(figure.target, figure.unit));
}

// From the least to the largest run.
std::string range(const Figure& figure) {
  Samples runs;
  for (const double run : figure.runs) runs.add(run);
  return number(runs.quantile(0)) + " .. " + number(runs.quantile(1));
}

}  // namespace

std::string summary(const std::vector<Results>& all, const std::vector<std::string>& missing) {
  Table table({"program", "what", "figure", "runs", "target", ""},
              {true, true, false, false, false, true});
  std::string notes;
  std::string left_out;
  std::size_t count = 0;
  std::size_t held = 0;
  for (const Results& results : all) {
    for (const Figure& figure : results.figures) {
      ++count;
      if (figure.holds()) ++held;
      table.add({results.program, figure.what, with_unit(figure.value(), figure.unit),
                 range(figure), target(figure), figure.holds() ? "holds" : "MISSED"});
      if (!figure.holds()) notes += fmt::format("  {}: {}\n", figure.what, figure.note);
    }
    for (const std::string& line : results.left_out)
      left_out += fmt::format("  {}: {}\n", results.program, line);
  }
  std::string text = table.text();
  if (!notes.empty()) text += "\nwhat was missed, and what limits it:\n" + notes;
  if (!left_out.empty()) text += "\nleft out:\n" + left_out;
  if (!missing.empty()) text += "\nno results of these, which were not built, or failed:\n";
  for (const std::string& program : missing) text += fmt::format("  {}\n", program);
  return text + fmt::format("\n{} of {} figures hold\n", held, count);
}

std::string readme_table(const std::vector<Results>& all) {
  Table table({"what", "figure", "runs", "target", ""}, {true, false, false, false, true});
  for (const Results& results : all)
    for (const Figure& figure : results.figures)
      table.add({figure.what, with_unit(figure.value(), figure.unit), range(figure), target(figure),
                 figure.holds() ? "holds" : "missed"});
  const std::string machine = all.empty() ? "no results" : to_string(all.front().machine);
  return fmt::format("Measured on: {}.\n\n{}", machine, table.markdown());
}

}  // namespace bench
