// SPDX-License-Identifier: Apache-2.0
// inferpool-onnx with OpenCV.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <string>

#include <inferpool/pool.hpp>

#include "catch.hpp"
#include "integration/runtime_pool.hpp"
#include "unit/runtimes/onnx/network_files.hpp"
#include "unit/runtimes/onnx/network_runs.hpp"
#include "unit/runtimes/onnx/networks/references.hpp"

namespace inferpool::test {
namespace {

Settings settings_for(const std::string& network) {
  Settings settings = runtime_settings("onnx");
  settings.uri = network_file(network);
  settings.extra = R"({"backend": "opencv"})";
  return settings;
}

TEST_CASE("a network with a node that is not trusted starts nowhere, and names the node") {
  const Error error = start_error(settings_for("choice.onnx"));
  CHECK(error.code() == ErrorCode::kStartupFailed);
  CHECK_THAT(error.what(), contains("the node \"choose\" (If): OpenCV ") && !contains(".cpp:"));
  // The exception says everything, so nothing is logged as well.
  CHECK(error.details().stderr_tail == "");
}

// The number of threads of a worker after it ran a batch.
std::ptrdiff_t threads_with(const Settings& settings) {
  Pool<> pool{settings};
  const Tensor images = rows_of(references::kImages, {1, 6, 6}, 0, 5);
  for (int i = 0; i < 20; ++i) pool.infer({{"image", images}});
  const std::string tasks = "/proc/" + std::to_string(pool.stats().workers[0].pid) + "/task";
  return std::distance(std::filesystem::directory_iterator(tasks), {});
}

TEST_CASE("threads_per_worker says whether a network has one thread or several") {
  Settings settings = settings_for("convolution.onnx");
  settings.threads_per_worker = 1;
  constexpr std::ptrdiff_t kOwn = 2;  // one serves, one watches the host
  CHECK(threads_with(settings) == kOwn);
  settings.threads_per_worker = 2;
  CHECK(threads_with(settings) > kOwn);
}

TEST_CASE("without threads_per_worker a network has as many threads as OpenMP") {
  Settings settings = settings_for("convolution.onnx");
  settings.env["OMP_NUM_THREADS"] = "1";
  const std::ptrdiff_t with_one = threads_with(settings);
  settings.env["OMP_NUM_THREADS"] = "2";
  CHECK(threads_with(settings) > with_one);
}

}  // namespace
}  // namespace inferpool::test
