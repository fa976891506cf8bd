// SPDX-License-Identifier: Apache-2.0
#include "settings/setting_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <system_error>

#include <inferpool/error.hpp>

#include "core/byte_size.hpp"
#include "core/format.hpp"
#include "settings/cpu_list.hpp"
#include "settings/duration.hpp"
#include "settings/json_reader.hpp"
#include "settings/worker_index.hpp"

namespace inferpool::settings {
namespace {

using Kind = json::Value::Kind;

constexpr std::array<std::string_view, 9> kRlimits = {"as",      "core",   "cpu",   "data", "fsize",
                                                      "memlock", "nofile", "nproc", "stack"};

constexpr std::string_view kBlank = " \t\r\n\v\f";

// The longest "NAME=value" that execve accepts, without its NUL (MAX_ARG_STRLEN of Linux).
constexpr std::size_t kLongestVariable = 131071;

// For the kernel text ends at a NUL, so the rest would be lost without an error.
bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

bool is_variable_name(std::string_view name) {
  return !name.empty() && name.find('=') == std::string_view::npos && !has_nul(name);
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number = 0;
  const char* const end = text.data() + text.size();
  const auto [number_end, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || number_end != end) return std::nullopt;
  return number;
}

std::optional<std::string> read_text(const json::Value& value) {
  if (value.kind != Kind::kText) return std::nullopt;
  return value.text;
}

}  // namespace

std::optional<int> parse_whole(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t last = text.find_last_not_of(kBlank);
  return parse_number<int>(text.substr(first, last - first + 1));
}

std::optional<int> WholeRule::read(const json::Value& value) const {
  if (value.kind == Kind::kWhole) return parse_number<int>(value.text);
  if (value.kind == Kind::kText && or_text) return parse_whole(value.text);
  return std::nullopt;
}

json::Value WholeRule::write(int value) const { return json::make_whole(std::int64_t{value}); }

bool WholeRule::holds(int value) const { return value >= least && value <= most; }

std::string WholeRule::accepted() const {
  return core::formatted("a whole number from {} to {}", least, most);
}

std::optional<Duration> DurationRule::read(const json::Value& value) const {
  const bool suits =
      value.kind == Kind::kText || value.kind == Kind::kWhole || value.kind == Kind::kFraction;
  return suits ? parse_duration(value.text) : std::nullopt;
}

json::Value DurationRule::write(Duration value) const {
  return json::make_text(print_duration(value));
}

bool DurationRule::holds(Duration value) const { return value >= least && value <= most; }

std::string DurationRule::accepted() const {
  return core::formatted(
      "text such as \"250ms\", \"2s\" or \"1.5min\", or a number of seconds, from {} to {}",
      print_duration(least), print_duration(most));
}

std::optional<std::uint64_t> ByteSizeRule::read(const json::Value& value) const {
  const bool suits = value.kind == Kind::kText || value.kind == Kind::kWhole;
  return suits ? core::parse_byte_size(value.text) : std::nullopt;
}

json::Value ByteSizeRule::write(std::uint64_t value) const { return json::make_whole(value); }

bool ByteSizeRule::holds(std::uint64_t value) const { return value >= least && value <= most; }

std::string ByteSizeRule::accepted() const {
  return core::formatted("a number of bytes, or text such as \"64MiB\" or \"2GiB\", from {} to {}",
                         core::print_byte_size(least), core::print_byte_size(most));
}

std::optional<bool> FlagRule::read(const json::Value& value) const {
  if (value.kind != Kind::kBoolean) return std::nullopt;
  return value.text == "true";
}

json::Value FlagRule::write(bool value) const { return json::make_boolean(value); }

bool FlagRule::holds(bool /*value*/) const { return true; }

std::string FlagRule::accepted() const { return "true or false"; }

std::optional<std::string> TextRule::read(const json::Value& value) const {
  if (value.kind == Kind::kWhole && or_whole) return value.text;
  return read_text(value);
}

json::Value TextRule::write(const std::string& value) const { return json::make_text(value); }

bool TextRule::holds(const std::string& value) const { return !value.empty() && !has_nul(value); }

std::string TextRule::accepted() const { return "text, not empty and without NUL characters"; }

std::optional<std::string> ObjectTextRule::read(const json::Value& value) const {
  if (value.kind != Kind::kObject) return std::nullopt;
  return json::write(value);
}

json::Value ObjectTextRule::write(const std::string& value) const {
  return holds(value) ? json::read(value, {}) : json::make_text(value);
}

bool ObjectTextRule::holds(const std::string& value) const {
  try {
    return json::read(value, {}).kind == Kind::kObject;
  } catch (const Error&) {
    return false;
  }
}

std::string ObjectTextRule::accepted() const { return "a JSON object"; }

std::optional<std::string> CpuListRule::read(const json::Value& value) const {
  return read_text(value);
}

json::Value CpuListRule::write(const std::string& value) const { return json::make_text(value); }

bool CpuListRule::holds(const std::string& value) const {
  return parse_cpu_list(with_worker_index(value, 0)).has_value();
}

std::string CpuListRule::accepted() const {
  return core::formatted("a list of CPUs below {} such as \"0-3,8\", or \"{{index}}\"", kMostCpus);
}

std::optional<std::optional<VariableNamesRule::Names>> VariableNamesRule::read(
    const json::Value& value) const {
  using Choice = std::optional<Names>;
  if (value.kind == Kind::kBoolean) return value.text == "true" ? Choice() : Choice(Names());
  if (value.kind != Kind::kArray) return std::nullopt;
  Names names;
  for (const json::Value& element : value.elements) {
    if (element.kind != Kind::kText) return std::nullopt;
    names.push_back(element.text);
  }
  return Choice(std::move(names));
}

json::Value VariableNamesRule::write(const Names& value) const {
  json::Value array;
  array.kind = Kind::kArray;
  for (const std::string& name : value) array.elements.push_back(json::make_text(name));
  return array;
}

bool VariableNamesRule::holds(const std::optional<Names>& value) const {
  return !value || std::all_of(value->begin(), value->end(), is_variable_name);
}

std::string VariableNamesRule::accepted() const {
  return "true, false, or a list of names that are not empty and without '=' and NUL characters";
}

std::optional<std::string> VariableRule::read(const json::Value& value) const {
  return read_text(value);
}

json::Value VariableRule::write(const std::string& value) const { return json::make_text(value); }

bool VariableRule::holds(const std::string& name, const std::string& value) const {
  return is_variable_name(name) && !has_nul(value) &&
         name.size() + 1 + value.size() <= kLongestVariable;
}

std::string VariableRule::accepted() const {
  return core::formatted(
      "an object of texts without NUL characters, under names that are not empty and without '='; "
      "name and text together at most {} bytes",
      kLongestVariable - 1);
}

std::optional<std::uint64_t> RlimitRule::read(const json::Value& value) const {
  if (value.kind != Kind::kWhole) return std::nullopt;
  return parse_number<std::uint64_t>(value.text);
}

json::Value RlimitRule::write(std::uint64_t value) const { return json::make_whole(value); }

bool RlimitRule::holds(const std::string& name, std::uint64_t /*value*/) const {
  return std::find(kRlimits.begin(), kRlimits.end(), name) != kRlimits.end();
}

std::string RlimitRule::accepted() const {
  return core::formatted("an object of whole numbers from 0 to {} under the names {}",
                         std::numeric_limits<std::uint64_t>::max(), core::joined(kRlimits, ", "));
}

}  // namespace inferpool::settings
