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

// "-" if it was not measured.
std::string value(const Figure& figure) {
  return figure.not_measured.empty() ? with_unit(figure.value(), figure.unit) : "-";
}

std::string target(const Figure& figure) {
  return fmt::format("{} {}", symbol(figure.relation), with_unit(figure.target, figure.unit));
}

// From the smallest to the largest run.
std::string range(const Figure& figure) {
  if (!figure.not_measured.empty()) return "-";
  Samples runs;
  for (const double run : figure.runs) runs.add(run);
  return number(runs.quantile(0)) + " .. " + number(runs.quantile(1));
}

}  // namespace

std::string summary(const std::vector<Results>& all, const std::vector<std::string>& missing) {
  Table table({"program", "what", "figure", "runs", "target", ""},
              {true, true, false, false, false, true});
  std::string notes;
  std::string not_measured;
  std::string left_out;
  std::size_t count = 0;
  std::size_t held = 0;
  std::size_t blind = 0;
  for (const Results& results : all) {
    for (const Figure& figure : results.figures) {
      ++count;
      if (figure.holds()) ++held;
      table.add({results.program, figure.what, value(figure), range(figure), target(figure),
                 std::string(outcome(figure))});
      if (!figure.not_measured.empty()) {
        ++blind;
        not_measured += fmt::format("  {}: {}\n", figure.what, figure.not_measured);
      } else if (!figure.holds()) {
        notes += fmt::format("  {}: {}\n", figure.what, figure.note);
      }
    }
    for (const std::string& line : results.left_out)
      left_out += fmt::format("  {}: {}\n", results.program, line);
  }
  std::string text = table.text();
  if (!notes.empty()) text += "\nwhat was missed, and what limits it:\n" + notes;
  if (!not_measured.empty()) text += "\nnot measured here:\n" + not_measured;
  if (!left_out.empty()) text += "\nleft out:\n" + left_out;
  if (!missing.empty()) text += "\nno results of these, which were not built, or failed:\n";
  for (const std::string& program : missing) text += fmt::format("  {}\n", program);
  text += fmt::format("\n{} of {} figures hold", held, count);
  return text + (blind == 0 ? "\n" : fmt::format(", {} not measured\n", blind));
}

std::string readme_table(const std::vector<Results>& all) {
  Table table({"what", "figure", "runs", "target", ""}, {true, false, false, false, true});
  for (const Results& results : all)
    for (const Figure& figure : results.figures)
      table.add({figure.what, value(figure), range(figure), target(figure),
                 outcome(figure) == "MISSED" ? "missed" : std::string(outcome(figure))});
  const std::string machine = all.empty() ? "no results" : to_string(all.front().machine);
  return fmt::format("Measured on: {}.\n\n{}", machine, table.markdown());
}

}  // namespace bench
