// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/class_path.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include <inferpool/error.hpp>

namespace inferpool::runtimes {
namespace {

constexpr const char* kExtra = "parameters.extra.python_class (extra)";
constexpr const char* kImplementation = "implementation";

[[noreturn]] void refuse(std::string_view field, const std::string& found) {
  throw Error(ErrorCode::kInvalidSettings,
              fmt::format("{} is {}; accepted: the path of a Python class, such as "
                          "\"models.MyModel\"",
                          field, found));
}

ClassPath split(std::string_view field, const std::string& path) {
  const std::size_t dot = path.rfind('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == path.size() || path.front() == '.' ||
      path.find('/') != std::string::npos || path.find("..") != std::string::npos) {
    // The path may not be UTF-8.
    refuse(field,
           nlohmann::json(path).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  return {path.substr(0, dot), path.substr(dot + 1)};
}

}  // namespace

ClassPath find_class_path(const Settings& settings) {
  if (!settings.extra.empty()) {
    const auto extra = nlohmann::json::parse(settings.extra);
    const auto named = extra.find("python_class");
    if (named != extra.end()) {
      if (!named->is_string()) refuse(kExtra, named->dump());
      return split(kExtra, *named);
    }
  }
  if (settings.implementation.empty()) refuse(kImplementation, "not set");
  return split(kImplementation, settings.implementation);
}

}  // namespace inferpool::runtimes
