// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "settings/setting_fields.hpp"

namespace inferpool::settings {

// Whether MLServer has a field in this path ("parameters.format") that means nothing here.
[[nodiscard]] bool is_ignored_path(std::string_view path);

// Whether it is in the object "pool", which is ours, or that object itself.
[[nodiscard]] bool is_pool_path(std::string_view path);

// Whether the field is one of MLServer's that may be empty text there, which counts as not given.
[[nodiscard]] bool may_be_empty(std::string_view path);

// Whether the path is that of an object around fields: "pool", "pool.restart_backoff".
[[nodiscard]] bool is_group(std::string_view path, const std::vector<SettingField>& fields);

// Of all known paths the one that comes closest to an unknown one.
[[nodiscard]] std::string_view nearest_path(std::string_view unknown,
                                            const std::vector<SettingField>& fields);

// The same where it comes so close that it may have been meant; else empty.
[[nodiscard]] std::string_view likely_path(std::string_view unknown,
                                           const std::vector<SettingField>& fields);

}  // namespace inferpool::settings
