// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace inferpool::pool::processes {

// The executable that Settings::worker names: one with a slash is a path. Another is looked for in
// the folder that the variable INFERPOOL_LIBEXEC names, beside the host executable, in
// ../libexec/inferpool from there, in `package_libexec` (where not empty: that of the installed
// package with which the host was built), in the libexec folder that was configured, on PATH.
// Throws Error: startup_failed that lists where it looked, or says what is wrong with the file;
// invalid_settings for a directory.
[[nodiscard]] std::filesystem::path find_worker(const std::string& worker,
                                                const std::string& package_libexec = {});

}  // namespace inferpool::pool::processes
