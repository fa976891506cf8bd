// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "settings/setting_fields.hpp"

namespace inferpool::settings {

// Whether MLServer has a field with this path ("parameters.format") that inferpool ignores.
[[nodiscard]] bool is_ignored_path(std::string_view path);

// Whether it is the object "pool", which MLServer does not have, or in it.
[[nodiscard]] bool is_pool_path(std::string_view path);

// Whether the field is one that may be empty text in MLServer, which counts as not given.
[[nodiscard]] bool may_be_empty(std::string_view path);

// Whether the path is that of an object around fields: "pool", "pool.restart_backoff".
[[nodiscard]] bool is_group(std::string_view path, const std::vector<SettingField>& fields);

// The known path that is closest to an unknown one.
[[nodiscard]] std::string_view nearest_path(std::string_view unknown,
                                            const std::vector<SettingField>& fields);

// The same if it is close enough to be the one that was meant; else empty.
[[nodiscard]] std::string_view likely_path(std::string_view unknown,
                                           const std::vector<SettingField>& fields);

}  // namespace inferpool::settings
