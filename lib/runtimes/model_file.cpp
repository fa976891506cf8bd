// SPDX-License-Identifier: Apache-2.0
#include "runtimes/model_file.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <system_error>

#include <inferpool/error.hpp>

namespace inferpool::runtimes {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::kInvalidSettings, "parameters.uri (uri): " + why);
}

// "a, b or c"
std::string listed(std::span<const char* const> names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text;
}

// Opening any other file may wait for ever: a pipe waits for its writer.
fs::path checked(const fs::path& file) {
  std::error_code ignored;
  if (fs::is_regular_file(file, ignored)) return file;
  refuse(fmt::format("{} is not a regular file", file.string()));
}

}  // namespace

std::filesystem::path find_model_file(const std::string& uri, const ModelFileKind& kind) {
  if (uri.empty()) {
    refuse(fmt::format("it is not set; accepted: the file of {}, or its folder", kind.name));
  }
  std::error_code ignored;
  const fs::path path = uri;
  if (!fs::exists(path, ignored)) refuse(fmt::format("there is no file {}", uri));
  if (!fs::is_directory(path, ignored)) return checked(path);
  for (const char* name : kind.in_folder) {
    if (fs::is_regular_file(path / name, ignored)) return path / name;
  }
  for (const char* name : kind.in_folder) {
    if (fs::exists(path / name, ignored)) return checked(path / name);
  }
  refuse(fmt::format("in the folder {} there is no {}", uri, listed(kind.in_folder)));
}

}  // namespace inferpool::runtimes
