// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/worker_path.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <vector>

#include <inferpool/error.hpp>

#include "core/format.hpp"

namespace inferpool::pool::processes {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDirectory = "it is a directory";
constexpr const char* kLibexecVariable = "INFERPOOL_LIBEXEC";
constexpr const char* kHost = "/proc/self/exe";

// Why the file cannot be run; empty: it can.
std::string obstacle(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (!fs::exists(status)) {
    const bool missing = !error || error == std::errc::no_such_file_or_directory ||
                         error == std::errc::not_a_directory;
    return missing ? "there is no such file" : error.message();
  }
  if (fs::is_directory(status)) return kDirectory;
  if (!fs::is_regular_file(status)) return "it is not a regular file";
  if (access(file.c_str(), X_OK) != 0) return "it is not executable (chmod +x)";
  return {};
}

// Where a worker without a folder is looked for, in this order.
struct Folders {
  std::vector<fs::path> all = {};
  std::string unknown = {};  // why the host executable's folder is not among them
};

Folders folders(const std::string& package_libexec) {
  Folders result;
  // A folder that is named on purpose comes first. secure_getenv ignores it in a program that runs
  // with another user's rights.
  if (const char* named = secure_getenv(kLibexecVariable); named != nullptr && *named != '\0')
    result.all.emplace_back(named);
  std::error_code error;
  const fs::path host = fs::read_symlink(kHost, error);
  if (error) {
    result.unknown = core::formatted("\n  beside the host executable: {} cannot be read ({})",
                                     kHost, error.message());
  } else {
    result.all.push_back(host.parent_path());
    // Where both were installed, even if the installation was moved.
    result.all.push_back((host.parent_path() / INFERPOOL_LIBEXEC_FROM_BIN).lexically_normal());
  }
  if (!package_libexec.empty()) result.all.emplace_back(package_libexec);
  result.all.emplace_back(INFERPOOL_LIBEXECDIR);
  if (const char* path = std::getenv("PATH")) {
    std::string_view rest = path;
    while (!rest.empty()) {
      const auto colon = rest.find(':');
      if (colon != 0) result.all.emplace_back(rest.substr(0, colon));
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

// The executable at this path; throws if there is none.
fs::path checked(const std::string& worker) {
  std::error_code error;
  const fs::path file = fs::absolute(worker, error);
  if (error) {
    refuse(
        core::formatted("worker executable {}: there is no working folder to start from ({}); set "
                        "`worker` to an absolute path",
                        worker, error.message()));
  }
  const std::string what = obstacle(file);
  if (what == kDirectory) {
    throw Error(ErrorCode::kInvalidSettings,
                core::formatted(
                    "Settings: worker is \"{}\", a directory; accepted: the path or the name of an "
                    "executable file",
                    worker));
  }
  if (!what.empty()) {
    refuse(
        core::formatted("worker executable {}: {}; set `worker` to the executable built with "
                        "inferpool_add_worker",
                        file.string(), what));
  }
  return file;
}

// What to do if the name was found nowhere.
std::string remedy(const std::string& worker) {
  if (!worker.starts_with("inferpool-")) {
    return "set `worker` to its absolute path, or put it beside the host executable";
  }
  return core::formatted(
      "it is one of the workers that come with inferpool, each of which is built where "
      "its library is found; set `worker` to its absolute path, or {} to its folder",
      kLibexecVariable);
}

}  // namespace

fs::path find_worker(const std::string& worker, const std::string& package_libexec) {
  if (worker.find('/') != std::string::npos) return checked(worker);
  const Folders looked_at = folders(package_libexec);
  std::string tried = looked_at.unknown;
  for (const fs::path& folder : looked_at.all) {
    std::error_code error;
    const fs::path file = fs::absolute(folder / worker, error);  // PATH may have relative folders
    const std::string what = error ? error.message() : obstacle(file);
    if (what.empty()) return file;
    tried += core::formatted("\n  {}: {}", (folder / worker).string(), what);
  }
  refuse(core::formatted("worker executable \"{}\" was not found; {}; looked at:{}", worker,
                         remedy(worker), tried));
}

}  // namespace inferpool::pool::processes
