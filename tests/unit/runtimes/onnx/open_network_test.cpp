// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/open_network.hpp"

#include <string>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "runtimes/onnx/known_backends.hpp"

namespace inferpool::test {
namespace {

using runtimes::wanted_network;

Settings with_extra(const std::string& extra) {
  Settings settings;
  settings.extra = extra;
  return settings;
}

TEST_CASE("idle threads of a network sleep unless the settings want them to spin", "[W11]") {
  CHECK_FALSE(wanted_network(Settings{}).options.spinning);
  CHECK_FALSE(wanted_network(with_extra(R"({"spinning": false})")).options.spinning);
  CHECK(wanted_network(with_extra(R"({"spinning": true})")).options.spinning);
  CHECK_THROWS_WITH(wanted_network(with_extra(R"({"spinning": 1})")),
                    contains("spinning is 1; accepted: true or false"));
}

TEST_CASE("a network is computed by the preferred backend unless the settings name one", "[W12]") {
  const std::string preferred(runtimes::preferred_backend());
  CHECK(wanted_network(Settings{}).backend == preferred);
  CHECK(wanted_network(with_extra(R"({"backend": ")" + preferred + "\"}")).backend == preferred);
  CHECK_THROWS_WITH(wanted_network(with_extra(R"({"backend": "abacus"})")),
                    contains("backend is \"abacus\"; accepted in this build"));
}

}  // namespace
}  // namespace inferpool::test
