// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace inferpool::pool {

// The executable that Settings::worker names: an absolute path as it is; a name beside the host
// executable, in ../libexec/inferpool from there, in the install's libexec folder, on PATH. Throws
// Error: startup_failed that lists where it looked, or says what is wrong with the file;
// invalid_settings for a directory.
[[nodiscard]] std::filesystem::path find_worker(const std::string& worker);

}  // namespace inferpool::pool
