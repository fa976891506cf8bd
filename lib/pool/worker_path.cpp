// SPDX-License-Identifier: Apache-2.0
#include "pool/worker_path.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <vector>

#include <inferpool/error.hpp>

#include "core/format.hpp"

namespace inferpool::pool {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDirectory = "it is a directory";

// What keeps the file from being run; empty where nothing does.
std::string obstacle(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (!fs::exists(status)) return "there is no such file";
  if (fs::is_directory(status)) return kDirectory;
  if (!fs::is_regular_file(status)) return "it is not a regular file";
  if (access(file.c_str(), X_OK) != 0) return "it is not executable (chmod +x)";
  return {};
}

std::vector<fs::path> folders() {
  std::vector<fs::path> result;
  std::error_code error;
  const fs::path host = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    result.push_back(host.parent_path());
    // Where both were installed, wherever that is now.
    result.push_back((host.parent_path() / INFERPOOL_LIBEXEC_FROM_BIN).lexically_normal());
  }
  result.emplace_back(INFERPOOL_LIBEXECDIR);
  if (const char* path = std::getenv("PATH")) {
    std::string_view rest = path;
    while (!rest.empty()) {
      const auto colon = rest.find(':');
      if (colon != 0) result.emplace_back(rest.substr(0, colon));
      rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
    }
  }
  return result;
}

[[noreturn]] void refuse(const std::string& text) {
  ErrorDetails details;
  details.phase = Phase::kStarting;
  throw Error(ErrorCode::kStartupFailed, text, std::move(details));
}

}  // namespace

fs::path find_worker(const std::string& worker) {
  if (worker.find('/') != std::string::npos) {
    const fs::path file = fs::absolute(worker);
    const std::string what = obstacle(file);
    if (what == kDirectory) {
      throw Error(
          ErrorCode::kInvalidSettings,
          formatted("Settings: worker is \"{}\", a directory; accepted: the path or the name of an "
                    "executable file",
                    worker));
    }
    if (!what.empty()) {
      refuse(
          formatted("worker executable {}: {}; set `worker` to the executable built with "
                    "inferpool_add_worker",
                    file.string(), what));
    }
    return file;
  }
  std::string tried;
  for (const fs::path& folder : folders()) {
    const fs::path file = folder / worker;
    const std::string what = obstacle(file);
    if (what.empty()) return fs::absolute(file);
    tried += formatted("\n  {}: {}", file.string(), what);
  }
  refuse(
      formatted("worker executable \"{}\" was not found; set `worker` to its absolute path, or "
                "put it beside the "
                "host executable; looked at:{}",
                worker, tried));
}

}  // namespace inferpool::pool
