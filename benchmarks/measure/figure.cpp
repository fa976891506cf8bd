// SPDX-License-Identifier: Apache-2.0
#include "measure/figure.hpp"

#include <fmt/format.h>

#include <exception>
#include <stdexcept>

#include "measure/number.hpp"
#include "measure/samples.hpp"

namespace bench {

std::string_view symbol(Relation relation) {
  switch (relation) {
    case Relation::kAtMost:
      return "<=";
    case Relation::kBelow:
      return "<";
    case Relation::kAtLeast:
      return ">=";
  }
  throw std::invalid_argument("bench::symbol: no such relation");
}

Relation relation_of(std::string_view text) {
  for (const Relation relation : {Relation::kAtMost, Relation::kBelow, Relation::kAtLeast})
    if (symbol(relation) == text) return relation;
  throw std::invalid_argument("the relation " + std::string(text) + " is none of <=, <, >=");
}

double Figure::value() const { return median(runs); }

bool Figure::holds() const {
  if (runs.empty() || !not_measured.empty()) return false;
  switch (relation) {
    case Relation::kAtMost:
      return value() <= target;
    case Relation::kBelow:
      return value() < target;
    case Relation::kAtLeast:
      return value() >= target;
  }
  return false;
}

Figure measured(Figure figure, const Instrument& instrument,
                const std::function<std::vector<double>()>& runs) {
  figure.not_measured = instrument.blindness();
  if (!figure.not_measured.empty()) return figure;
  try {
    figure.runs = runs();
  } catch (const std::exception& error) {
    figure.not_measured = error.what();
  }
  return figure;
}

std::string_view outcome(const Figure& figure) {
  if (!figure.not_measured.empty()) return "not measured";
  return figure.holds() ? "holds" : "MISSED";
}

std::string to_string(const Figure& figure) {
  if (!figure.not_measured.empty())
    return fmt::format("{}: not measured: {}", figure.what, figure.not_measured);
  return fmt::format("{}: {} {} ({} {}) {}{}{}", figure.what, number(figure.value()), figure.unit,
                     symbol(figure.relation), number(figure.target), outcome(figure),
                     figure.note.empty() ? "" : "; ", figure.note);
}

}  // namespace bench
