// SPDX-License-Identifier: Apache-2.0
// The valid values of a field of Settings. Each rule reads a value from JSON (nothing: wrong kind),
// writes it back, tells whether a value is valid, and says in words what is accepted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <inferpool/settings.hpp>

#include "settings/json_value.hpp"

namespace inferpool::settings {

struct WholeRule {
  std::int64_t least;
  std::int64_t most;
  bool or_text = false;  // also accepts "3" and " 2 ", as MLServer does

  [[nodiscard]] std::optional<int> read(const json::Value& value) const;
  [[nodiscard]] json::Value write(int value) const;
  [[nodiscard]] bool holds(int value) const;
  [[nodiscard]] std::string accepted() const;
};

// How many workers there may be, and the default.
inline constexpr WholeRule kWorkersRule{0, 1024, true};
inline constexpr int kDefaultWorkers = 4;

// " 2 " is 2; nothing for a text that is not a whole number in the range of int.
[[nodiscard]] std::optional<int> parse_whole(std::string_view text);

struct DurationRule {
  Duration least;
  Duration most;

  [[nodiscard]] std::optional<Duration> read(const json::Value& value) const;
  [[nodiscard]] json::Value write(Duration value) const;
  [[nodiscard]] bool holds(Duration value) const;
  [[nodiscard]] std::string accepted() const;
};

struct ByteSizeRule {
  std::uint64_t least;
  std::uint64_t most;

  [[nodiscard]] std::optional<std::uint64_t> read(const json::Value& value) const;
  [[nodiscard]] json::Value write(std::uint64_t value) const;
  [[nodiscard]] bool holds(std::uint64_t value) const;
  [[nodiscard]] std::string accepted() const;
};

struct FlagRule {
  [[nodiscard]] std::optional<bool> read(const json::Value& value) const;
  [[nodiscard]] json::Value write(bool value) const;
  [[nodiscard]] bool holds(bool value) const;
  [[nodiscard]] std::string accepted() const;
};

// Text that is not empty; an empty field counts as not given.
struct TextRule {
  bool or_whole = false;  // 3 counts as "3", as in MLServer up to 1.5

  [[nodiscard]] std::optional<std::string> read(const json::Value& value) const;
  [[nodiscard]] json::Value write(const std::string& value) const;
  [[nodiscard]] bool holds(const std::string& value) const;
  [[nodiscard]] std::string accepted() const;
};

// A JSON object, kept as its text.
struct ObjectTextRule {
  [[nodiscard]] std::optional<std::string> read(const json::Value& value) const;
  [[nodiscard]] json::Value write(const std::string& value) const;
  [[nodiscard]] bool holds(const std::string& value) const;
  [[nodiscard]] std::string accepted() const;
};

// A list of CPUs in which "{index}" may stand for a number.
struct CpuListRule {
  [[nodiscard]] std::optional<std::string> read(const json::Value& value) const;
  [[nodiscard]] json::Value write(const std::string& value) const;
  [[nodiscard]] bool holds(const std::string& value) const;
  [[nodiscard]] std::string accepted() const;
};

// Which variables of an environment: all (nothing), or those with these names; false is an empty
// list.
struct VariableNamesRule {
  using Names = std::vector<std::string>;

  [[nodiscard]] std::optional<std::optional<Names>> read(const json::Value& value) const;
  [[nodiscard]] json::Value write(const Names& value) const;
  [[nodiscard]] bool holds(const std::optional<Names>& value) const;
  [[nodiscard]] std::string accepted() const;
};

// One entry of a map: a variable of the environment.
struct VariableRule {
  [[nodiscard]] std::optional<std::string> read(const json::Value& value) const;
  [[nodiscard]] json::Value write(const std::string& value) const;
  [[nodiscard]] bool holds(const std::string& name, const std::string& value) const;
  [[nodiscard]] std::string accepted() const;
};

// One entry of a map: a resource limit.
struct RlimitRule {
  [[nodiscard]] std::optional<std::uint64_t> read(const json::Value& value) const;
  [[nodiscard]] json::Value write(std::uint64_t value) const;
  [[nodiscard]] bool holds(const std::string& name, std::uint64_t value) const;
  [[nodiscard]] std::string accepted() const;
};

// One of several names. A choice with an empty name exists only in code.
template <typename Enum>
struct ChoiceRule {
  std::vector<std::pair<std::string_view, Enum>> choices;

  [[nodiscard]] std::optional<Enum> read(const json::Value& value) const {
    if (value.kind != json::Value::Kind::kText || value.text.empty()) return std::nullopt;
    for (const auto& [name, choice] : choices) {
      if (name == value.text) return choice;
    }
    return std::nullopt;
  }

  [[nodiscard]] json::Value write(Enum value) const {
    for (const auto& [name, choice] : choices) {
      if (choice == value) return name.empty() ? json::Value() : json::make_text(name);
    }
    return json::make_whole(static_cast<std::int64_t>(value));
  }

  [[nodiscard]] bool holds(Enum value) const {
    for (const auto& [name, choice] : choices) {
      if (choice == value) return true;
    }
    return false;
  }

  [[nodiscard]] std::string accepted() const {
    std::string text;
    for (const auto& [name, choice] : choices) {
      if (name.empty()) continue;
      text += text.empty() ? "" : " or ";
      text += json::write(json::make_text(name));
    }
    return text;
  }
};

}  // namespace inferpool::settings
