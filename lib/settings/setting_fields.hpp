// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <inferpool/settings.hpp>

#include "settings/json_value.hpp"
#include "settings/packed_value.hpp"
#include "settings/setting_rules.hpp"

namespace inferpool::settings {

// An invalid value, and the entry of the field that has it (".nofile"; else empty).
struct InvalidValue {
  std::string entry;
  std::string written;  // the value as JSON
  std::string accepted;
};

// One field of Settings: its name there, its path in the JSON, and how to read, check and pack it.
struct SettingField {
  std::string_view name;  // "restart_backoff.first"
  std::string_view path;  // "pool.restart_backoff.first"
  std::function<std::optional<InvalidValue>(const json::Value&, Settings&)> read;
  std::function<std::optional<InvalidValue>(const Settings&)> check;
  std::function<void(const Settings&, Packer&)> pack;
  std::function<void(Unpacker&, Settings&)> unpack;
};

// All fields: reading, checking and packing know them only from here.
[[nodiscard]] std::vector<SettingField> setting_fields();

// Checks each field by itself. Errors use its name in Settings or its path in the JSON (`label`).
// Throws as refuse_setting.
void check_fields(const Settings& settings, std::string_view source,
                  std::string_view SettingField::*label);

}  // namespace inferpool::settings
