// SPDX-License-Identifier: Apache-2.0
// inferpool-onnx, its backends and the weights beside a network, for each backend that was built.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <inferpool/pool.hpp>

#include "catch.hpp"
#include "integration/runtime_pool.hpp"
#include "integration/scratch_folder.hpp"
#include "unit/runtimes/onnx/built_networks.hpp"
#include "unit/runtimes/onnx/network_files.hpp"
#include "unit/runtimes/onnx/network_runs.hpp"

namespace inferpool::test {
namespace {

std::vector<std::string> backends() {
  std::vector<std::string> names;
  std::istringstream list(INFERPOOL_ONNX_BACKENDS);
  for (std::string name; std::getline(list, name, ',');) names.push_back(name);
  return names;
}

Settings settings_for(const std::string& uri, const std::string& backend) {
  Settings settings = runtime_settings("onnx");
  settings.uri = uri;
  settings.extra = R"({"backend": ")" + backend + "\"}";
  return settings;
}

Tensor floats(const std::vector<float>& values, const Shape& shape) {
  return Tensor::from(values, shape);
}

TEST_CASE("a worker loads the backend that computes and no other, and writes nothing", "[W12]") {
  for (const std::string& backend : backends()) {
    CAPTURE(backend);
    Lines lines;
    Settings settings = settings_for(network_file("convolution.onnx"), backend);
    lines.capture(settings);
    {
      Pool<> pool{settings};
      pool.infer({{"image", Tensor(Datatype::kFp32, {2, 1, 6, 6})}});
      const std::string maps =
          read_file("/proc/" + std::to_string(pool.stats().workers[0].pid) + "/maps");
      CHECK((maps.find("libonnxruntime") != std::string::npos) == (backend == "onnxruntime"));
      CHECK((maps.find("libopencv_dnn") != std::string::npos) == (backend == "opencv"));
      Request request;
      request.parameters["metadata"] = true;
      CHECK_THAT(std::get<std::string>(pool.infer(request).parameters.at("platform")),
                 contains(backend == "opencv" ? "OpenCV " : "ONNX Runtime "));
    }
    CHECK(lines.text() == "");
  }
}

TEST_CASE("a network computes with the weights beside it, in the sandbox, too", "[W5]") {
  const ScratchFolder folder;
  write_file(folder / "net.onnx",
             network_with_weights_beside(place_of_w("net.onnx_data"), place_of_b("net.onnx_data")));
  write_file(folder / "net.onnx_data", weights_beside());
  for (const std::string& backend : backends()) {
    for (const bool sandbox : {false, true}) {
      CAPTURE(backend, sandbox);
      Settings settings = settings_for(folder / "net.onnx", backend);
      settings.sandbox = sandbox;
      Pool<> pool{settings};
      CHECK(pool.infer({{"x", floats({1, 1, 1, 0, 1, 2}, {2, 3})}})["y"] ==
            floats({16, 35, 18, 37}, {2, 2}));
    }
  }
}

TEST_CASE("a confined inferpool-onnx answers like an unconfined one, and so do its successors") {
  struct Asked {
    const char* file;
    const char* input;
    Shape row;
    const char* output;
  };
  const Asked asked[] = {
      {"convolution.onnx", "image", {1, 6, 6}, "scores"},
      {"shape_reader.onnx", "x", {2, 3}, "scores"}};  // OpenCV reads it again for each shape
  for (const std::string& backend : backends()) {
    for (const auto& [file, input, row, output] : asked) {
      CAPTURE(backend, file);
      Pool<> open{settings_for(network_file(file), backend)};
      Pool<> confined{settings_of_file(
          R"({"name": "net", "implementation": "inferpool-onnx", "parallel_workers": 1,)"
          R"( "pool": {"sandbox": true, "threads_per_worker": 2},)"
          R"( "parameters": {"extra": {"backend": ")" +
          backend + R"("}, "uri": ")" + network_file(file) + "\"}}")};
      CHECK(is_confined(confined));
      CHECK_FALSE(is_confined(open));
      for (const std::int64_t batch : {2, 300, 1}) {  // with 300 both threads have work
        std::vector<float> values(static_cast<std::size_t>(batch * row.elements()));
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 7) / 4;
        std::vector<std::int64_t> sizes(row.dimensions().begin(), row.dimensions().end());
        sizes.insert(sizes.begin(), batch);
        Request request;
        request.inputs.add(input, floats(values, Shape(sizes)));
        CHECK(largest_difference(confined.infer(request)[output], open.infer(request)[output]) <
              1e-6);
        if (batch == 1) check_successors(confined, request, output);
      }
      CHECK(is_confined(confined));
    }
  }
}

TEST_CASE("weights that are written over in place change no network that runs", "[W5]") {
  for (const std::string& backend : backends()) {
    CAPTURE(backend);
    const ScratchFolder folder;
    write_file(folder / "net.onnx",
               network_with_weights_beside(place_of_w("w.bin"), place_of_b("w.bin")));
    write_file(folder / "w.bin", weights_beside());
    Pool<> pool{settings_for(folder / "net.onnx", backend)};
    const Request request{{"x", floats({1, 1, 1}, {1, 3})}};
    CHECK(pool.infer(request)["y"] == floats({16, 35}, {1, 2}));
    std::ofstream(folder / "w.bin") << std::string(32, '\0');
    CHECK(pool.infer(request)["y"] == floats({16, 35}, {1, 2}));
    std::filesystem::resize_file(folder / "w.bin", 0);
    CHECK(pool.infer(request)["y"] == floats({16, 35}, {1, 2}));
    CHECK(pool.stats().deaths == 0);
  }
}

TEST_CASE("weights that are missing, cut off or outside the folder end the start in words",
          "[W5]") {
  for (const std::string& backend : backends()) {
    const ScratchFolder folder;
    std::filesystem::create_directory(folder / "net");
    write_file(folder / "secret.bin", weights_beside());
    const auto complaint = [&](const std::string& location) -> std::string {
      const std::string file = folder / "net/net.onnx";
      std::filesystem::remove(file);
      write_file(file, network_with_weights_beside(place_of_w(location), place_of_b(location)));
      const Error error = start_error(settings_for(file, backend));
      CHECK(error.code() == ErrorCode::kStartupFailed);
      return error.what();
    };
    CAPTURE(backend);
    CHECK_THAT(complaint("gone.bin"),
               contains(folder / "net/net.onnx: the weights \"w\" lie in the file \"gone.bin\"") &&
                   contains("No such file"));
    CHECK_THAT(complaint("../secret.bin"), contains("outside the folder of the network"));
    CHECK_THAT(complaint(folder / "secret.bin"), contains("outside the folder of the network"));
    write_file(folder / "net/short.bin", weights_beside().substr(0, 31));
    CHECK_THAT(complaint("short.bin"), contains("\"b\" lie in the file \"short.bin\"") &&
                                           contains("has 31 bytes where they need 8 from byte 24"));
  }
}

}  // namespace
}  // namespace inferpool::test
