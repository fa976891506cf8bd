// SPDX-License-Identifier: Apache-2.0
#include "settings/ignored_fields.hpp"

#include "core/format.hpp"
#include "settings/setting_fields.hpp"
#include "settings/setting_paths.hpp"

namespace inferpool::settings {

std::string ignored_fields_warning(const Settings& settings, std::string_view source) {
  if (settings.ignored_fields.empty()) return {};
  const auto fields = setting_fields();
  std::string list;
  for (const std::string& ignored : settings.ignored_fields) {
    const std::string_view likely = likely_path(ignored, fields);
    list += core::formatted("{}{}", list.empty() ? "" : ", ", ignored);
    if (!likely.empty()) list += core::formatted(" (was {} meant?)", likely);
  }
  return core::formatted("{}: warning: fields that are not known here are ignored: {}\n", source,
                         list);
}

}  // namespace inferpool::settings
