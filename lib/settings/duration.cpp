// SPDX-License-Identifier: Apache-2.0
#include "settings/duration.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

#include "core/format.hpp"

namespace inferpool::settings {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

constexpr std::array kUnits = {
    Unit{"h", 3'600'000'000'000}, Unit{"min", 60'000'000'000}, Unit{"s", 1'000'000'000},
    Unit{"ms", 1'000'000},        Unit{"us", 1'000},           Unit{"ns", 1},
};

// A little less than the range of Duration, so that rounding cannot exceed it.
constexpr double kMostNanoseconds = 9.2e18;

std::optional<std::int64_t> unit_of(std::string_view name) {
  if (name.empty()) return unit_of("s");
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return unit.nanoseconds;
  }
  return std::nullopt;
}

std::optional<Duration> exact(std::int64_t count, std::int64_t unit) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(count, unit, &product)) return std::nullopt;
  return Duration(product);
}

std::optional<Duration> rounded(double count, std::int64_t unit) {
  const double product = count * static_cast<double>(unit);
  if (!std::isfinite(product) || std::abs(product) > kMostNanoseconds) return std::nullopt;
  return Duration(std::llround(product));
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  const char* const end = text.data() + text.size();
  double number = 0;
  const auto [number_end, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || !std::isfinite(number)) return std::nullopt;
  const auto unit = unit_of(text.substr(static_cast<std::size_t>(number_end - text.data())));
  if (!unit) return std::nullopt;

  std::int64_t whole = 0;  // exact, unlike a double
  const auto [whole_end, whole_error] = std::from_chars(text.data(), end, whole);
  if (whole_error == std::errc() && whole_end == number_end) return exact(whole, *unit);
  return rounded(number, *unit);
}

std::string print_duration(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  for (const Unit& unit : kUnits) {
    if (duration.count() % unit.nanoseconds == 0) {
      return core::formatted("{}{}", duration.count() / unit.nanoseconds, unit.name);
    }
  }
  return {};  // not reached: the last unit divides everything
}

}  // namespace inferpool::settings
