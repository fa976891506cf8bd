// SPDX-License-Identifier: Apache-2.0
#include "settings/packed_settings.hpp"

#include <stdexcept>

#include "settings/packed_value.hpp"
#include "settings/setting_fields.hpp"

namespace inferpool::settings {

std::string pack(const Settings& settings) {
  std::string bytes;
  Packer packer(bytes);
  for (const SettingField& field : setting_fields()) field.pack(settings, packer);
  return bytes;
}

Settings unpack_settings(std::string_view bytes) {
  Settings settings;
  Unpacker unpacker(bytes);
  for (const SettingField& field : setting_fields()) field.unpack(unpacker, settings);
  if (!unpacker.at_end()) throw std::runtime_error("packed settings have more than their fields");
  return settings;
}

}  // namespace inferpool::settings
