// SPDX-License-Identifier: Apache-2.0
#include "measure/figure.hpp"

#include <fmt/format.h>

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
  if (runs.empty()) return false;
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

std::string to_string(const Figure& figure) {
  return fmt::format("{}: {} {} ({} {}) {}{}{}", figure.what, number(figure.value()), figure.unit,
                     symbol(figure.relation), number(figure.target),
                     figure.holds() ? "holds" : "MISSED", figure.note.empty() ? "" : "; ",
                     figure.note);
}

}  // namespace bench
