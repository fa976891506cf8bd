// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/class_path.hpp"

#include <inferpool/error.hpp>

#include "catch.hpp"

namespace inferpool::test {
namespace {

using Parts = std::pair<std::string, std::string>;

Parts found(const std::string& implementation, const std::string& extra = {}) {
  Settings settings;
  settings.implementation = implementation;
  settings.extra = extra;
  const auto path = runtimes::find_class_path(settings);
  return {path.module, path.name};
}

std::string refusal(const std::string& implementation, const std::string& extra = {}) {
  try {
    return "found " + found(implementation, extra).first;
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kInvalidSettings);
    return error.what();
  }
}

TEST_CASE("a class is named behind the last dot, its module before it") {
  CHECK(found("models.MyModel") == Parts("models", "MyModel"));
  CHECK(found("tides.models.LevelModel") == Parts("tides.models", "LevelModel"));
  CHECK(found("price-model.Prices") == Parts("price-model", "Prices"));
}

TEST_CASE("python_class in the extra parameters wins over the implementation") {
  CHECK(found("a.B", R"({"python_class": "c.D"})") == Parts("c", "D"));
  CHECK(found("", R"({"python_class": "c.D"})") == Parts("c", "D"));
  CHECK(found("a.B", R"({"depth": 3})") == Parts("a", "B"));
}

TEST_CASE("text that is not the path of a Python class is refused with its setting") {
  CHECK_THAT(refusal(""), contains("implementation is not set; accepted: the path of a Python "
                                   "class, such as \"models.MyModel\""));
  for (const char* const path : {"Model", ".Model", "models.", "./models.Model", "a..B"}) {
    CHECK_THAT(refusal(path), contains("implementation is \"" + std::string(path) + "\""));
  }
  CHECK_THAT(refusal("a.B", R"({"python_class": 3})"),
             contains("parameters.extra.python_class (extra) is 3"));
}

}  // namespace
}  // namespace inferpool::test
