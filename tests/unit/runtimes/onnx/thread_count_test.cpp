// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/thread_count.hpp"

#include "catch.hpp"
#include "unit/settings/scoped_variable.hpp"

namespace inferpool::test {
namespace {

using runtimes::thread_count;

TEST_CASE("a network has as many threads as the settings say, else as OpenMP has") {
  Settings settings;
  const ScopedVariable variable("OMP_NUM_THREADS", "3");
  CHECK(thread_count(settings) == 3);
  settings.threads_per_worker = 2;
  CHECK(thread_count(settings) == 2);
}

TEST_CASE(
    "the outermost of OpenMP's numbers of threads counts, and text that is no number does not") {
  const Settings settings;
  {
    const ScopedVariable nested("OMP_NUM_THREADS", "4,2");
    CHECK(thread_count(settings) == 4);
  }
  for (const char* text : {"", "many", "0", "-1", "99999999999"}) {
    CAPTURE(text);
    const ScopedVariable variable("OMP_NUM_THREADS", text);
    CHECK(thread_count(settings) == std::nullopt);
  }
}

}  // namespace
}  // namespace inferpool::test
