// SPDX-License-Identifier: Apache-2.0
// inferpool-onnx with ONNX Runtime.
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <string>

#include <inferpool/pool.hpp>

#include "catch.hpp"
#include "integration/runtime_pool.hpp"
#include "integration/scratch_folder.hpp"
#include "unit/runtimes/onnx/built_networks.hpp"
#include "unit/runtimes/onnx/network_files.hpp"
#include "unit/runtimes/onnx/network_runs.hpp"
#include "unit/runtimes/onnx/networks/references.hpp"

namespace inferpool::test {
namespace {

Settings settings_for(const std::string& uri) {
  Settings settings = runtime_settings("onnx");
  settings.uri = uri;
  return settings;
}

TEST_CASE("ONNX Runtime computes if the settings name no backend, and the metadata say so",
          "[W12]") {
  Pool<> pool{settings_for(network_file("choice.onnx"))};  // OpenCV does not support If
  Request request;
  request.parameters["metadata"] = true;
  CHECK_THAT(std::get<std::string>(pool.infer(request).parameters.at("platform")),
             contains("ONNX Runtime 1."));
}

// The number of threads of a worker after it ran a batch.
std::ptrdiff_t threads_with(const Settings& settings) {
  Pool<> pool{settings};
  pool.infer({{"image", rows_of(references::kImages, {1, 6, 6}, 0, 5)}});
  const std::string tasks = "/proc/" + std::to_string(pool.stats().workers[0].pid) + "/task";
  return std::distance(std::filesystem::directory_iterator(tasks), {});
}

TEST_CASE("ONNX Runtime has as many threads as threads_per_worker says, else as OpenMP") {
  Settings settings = settings_for(network_file("convolution.onnx"));
  settings.threads_per_worker = 1;
  constexpr std::ptrdiff_t kOwn = 2;  // one serves, one watches the host
  CHECK(threads_with(settings) == kOwn);
  settings.threads_per_worker = 3;
  CHECK(threads_with(settings) == kOwn + 2);
  settings.threads_per_worker.reset();
  settings.env["OMP_NUM_THREADS"] = "2";
  CHECK(threads_with(settings) == kOwn + 1);
}

TEST_CASE("the worker's lines name an output that is left out", "[W21]") {
  const ScratchFolder folder;
  const std::string labels =
      text(5, text(1, "classlabels_int64s") + number(8, 0) + number(8, 1) + number(20, 7));
  write_file(
      folder / "m.onnx",
      model(text(1, node("Identity", {"x"}, {"y"})) +
            text(1, node("ZipMap", {"x"}, {"maps"}, labels, "ai.onnx.ml")) + text(2, "both") +
            text(11, port("x", 1, {-1, 2})) + text(12, port("y", 1, {-1, 2})) +
            text(12, other_port("maps", 4,
                                text(1, text(5, number(1, 7) + text(2, text(1, number(1, 1)))))))));
  Settings settings = settings_for(folder / "m.onnx");
  Lines lines;
  lines.capture(settings);
  Pool<> pool{settings};
  const Tensor x = Tensor::from(std::vector<float>{1, 2}, {1, 2});
  const Response response = pool.infer({{"x", x}});
  CHECK(response.outputs.size() == 1);
  CHECK(response["y"] == x);
  CHECK(eventually([&] {
    return lines.text().find(
               "the output \"maps\" is left out: it is a sequence of maps, not a "
               "tensor; scikit-learn's converter writes a tensor instead with "
               "options={\"zipmap\": False}\n") != std::string::npos;
  }));
}

}  // namespace
}  // namespace inferpool::test
