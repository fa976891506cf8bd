// SPDX-License-Identifier: Apache-2.0
#include "settings/ignored_fields.hpp"

#include "catch.hpp"

namespace inferpool::settings {
namespace {

std::string warning_of(std::vector<std::string> ignored) {
  Settings settings;
  settings.ignored_fields = std::move(ignored);
  return ignored_fields_warning(settings, "file");
}

TEST_CASE("the warning names the fields that were left out, once, and what may have been meant",
          "[W13]") {
  CHECK(warning_of({"version", "storage", "spin"}) ==
        "file: warning: fields that are not known here are ignored: version (was "
        "parameters.version meant?), storage, spin (was pool.spin meant?)\n");
}

TEST_CASE("where no field was left out there is no warning", "[W13]") {
  CHECK(warning_of({}).empty());
}

}  // namespace
}  // namespace inferpool::settings
