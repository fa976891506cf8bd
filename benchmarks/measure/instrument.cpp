// SPDX-License-Identifier: Apache-2.0
#include "measure/instrument.hpp"

#include <cstdlib>
#include <exception>
#include <sstream>
#include <utility>

namespace bench {

namespace {

bool named_blind(const std::string& name) {
  const char* const blind = std::getenv("INFERPOOL_BLIND");
  if (blind == nullptr) return false;
  std::istringstream names(blind);
  for (std::string one; std::getline(names, one, ',');)
    if (one == name) return true;
  return false;
}

}  // namespace

Instrument::Instrument(std::string name, Look look, KnownCase known)
    : name_(std::move(name)),
      look_(std::move(look)),
      known_(std::move(known)),
      blinded_(named_blind(name_)) {}

double Instrument::measure(const Code& code) const {
  if (!blinded_) return look_(code);
  code();
  return 0;
}

std::string Instrument::blindness() const try {
  const double seen = measure(known_.code);
  if (seen >= known_.least && seen <= known_.most) return "";
  std::ostringstream text;
  text << name_ << ": saw " << seen << " in a case that has " << known_.least;
  if (known_.most != known_.least) text << " to " << known_.most;
  return text.str();
} catch (const std::exception& error) {
  return name_ + ": " + error.what();
}

}  // namespace bench
