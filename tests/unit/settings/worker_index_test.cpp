// SPDX-License-Identifier: Apache-2.0
#include "settings/worker_index.hpp"

#include "catch.hpp"

namespace inferpool::settings {
namespace {

TEST_CASE("each {index} of a text becomes the worker's index") {
  CHECK(with_worker_index("{index}", 0) == "0");
  CHECK(with_worker_index("cuda:{index}/{index}", 3) == "cuda:3/3");
  CHECK(with_worker_index("{index}{index}", 1023) == "10231023");
}

TEST_CASE("a text without {index} stays as it is, whatever braces it has") {
  for (const char* text : {"", "0-3", "{worker}", "{ index}", "{index", "index}", "{INDEX}"}) {
    CHECK(with_worker_index(text, 3) == text);
  }
  CHECK(with_worker_index("{{index}}", 3) == "{3}");
  CHECK(with_worker_index("{{index}", 3) == "{3");
}

}  // namespace
}  // namespace inferpool::settings
