// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/python_environment.hpp"

#include <fmt/format.h>

#include <string_view>
#include <system_error>

#include <inferpool/error.hpp>

namespace inferpool::runtimes {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::kInvalidSettings,
              "parameters.environment_path (environment_path): " + why);
}

// "3.9" if the folder's packages are for Python 3.9; empty if it has none.
std::string version_in(const fs::path& folder) {
  constexpr std::string_view kPrefix = "python";
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder / "lib", ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kPrefix) && fs::is_directory(entry.path() / "site-packages", ignored)) {
      return name.substr(kPrefix.size());
    }
  }
  return {};
}

}  // namespace

PythonEnvironment find_python_environment(const std::string& folder, const std::string& version) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) refuse(fmt::format("there is no folder {}", folder));
  PythonEnvironment found{fs::path(folder) / "lib" / ("python" + version) / "site-packages", {}};
  if (!fs::is_directory(found.packages, ignored)) {
    const std::string other = version_in(folder);
    if (other.empty()) {
      refuse(
          fmt::format("{} is not a Python environment: it has no folder lib/python{}/site-packages",
                      folder, version));
    }
    refuse(fmt::format("the environment {} is of Python {}; accepted: {}, which this worker runs",
                       folder, other, version));
  }
  if (fs::is_regular_file(fs::path(folder) / "pyvenv.cfg", ignored)) {
    found.interpreter = fs::path(folder) / "bin" / "python";
  }
  return found;
}

}  // namespace inferpool::runtimes
