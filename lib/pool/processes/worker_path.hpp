// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace inferpool::pool::processes {

// Finds the executable that Settings::worker names. A name with a slash is a path. Any other name
// is looked for in this order: in the folder that the variable INFERPOOL_LIBEXEC names, beside the
// host executable, in ../libexec/inferpool from there, in `package_libexec` (if not empty, the
// folder of the installed package with which the host was built), in the configured libexec folder,
// on PATH. Throws Error: startup_failed lists where it looked, or says what is wrong with the file;
// invalid_settings if it is a directory.
[[nodiscard]] std::filesystem::path find_worker(const std::string& worker,
                                                const std::string& package_libexec = {});

}  // namespace inferpool::pool::processes
