// SPDX-License-Identifier: Apache-2.0
// inferpool-onnx as its users use it: through Pool<> and files.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <inferpool/pool.hpp>

#include "catch.hpp"
#include "integration/runtime_pool.hpp"
#include "integration/scratch_folder.hpp"
#include "integration/tool_run.hpp"
#include "unit/runtimes/onnx/network_files.hpp"
#include "unit/runtimes/onnx/networks/references.hpp"
#include "unit/settings/scoped_variable.hpp"
#include "unit/tools/npy_file.hpp"

namespace inferpool::test {
namespace {

constexpr const char* kWorker = INFERPOOL_RUNTIMES_FOLDER "/inferpool-onnx";

Settings settings_for(const std::string& uri) {
  Settings settings = runtime_settings("onnx");
  settings.uri = uri;
  return settings;
}

Tensor images(std::int64_t count) {
  return Tensor::from(std::span(references::kImages).first(static_cast<std::size_t>(count) * 36),
                      {count, 1, 6, 6});
}

void check_scores(const Tensor& scores, std::int64_t count) {
  REQUIRE(scores.shape() == Shape{count, 4});
  for (std::size_t i = 0; i < scores.values<float>().size(); ++i) {
    CHECK(scores.values<float>()[i] == Approx(references::kImageScores[i]).margin(1e-6));
  }
}

TEST_CASE("inferpool-onnx answers as NumPy did, for batches in any order") {
  Pool<> pool{settings_for(network_file("convolution.onnx"))};
  for (const std::int64_t count : {1, 5, 2, 5, 1, 3}) {
    CAPTURE(count);
    check_scores(pool.infer({{"image", images(count)}})["scores"], count);
  }
}

TEST_CASE("inferpool-onnx takes and gives several tensors by name, whole numbers as well") {
  Pool<> pool{settings_for(network_file("casts.onnx"))};
  const std::vector<std::int64_t> i{1, 2, 3, 6, 5, 4};
  const std::vector<std::int64_t> j{10, 20, 30, 40, 50, 60};
  const Response response =
      pool.infer({{"j", Tensor::from(j, {2, 3})}, {"i", Tensor::from(i, {2, 3})}});
  REQUIRE(response.outputs.size() == 3);
  CHECK(response["sum"] == Tensor::from(std::vector<float>{11, 22, 33, 46, 55, 64}, {2, 3}));
  CHECK(response["halves"] == Tensor::from(std::vector<float>{0.5, 1, 1.5, 3, 2.5, 2}, {2, 3}));
  CHECK(response["place"] == Tensor::from(std::vector<std::int64_t>{2, 0}, {2}));
}

TEST_CASE("a model-settings.json may name inferpool-onnx and a folder with model.onnx") {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder / "net");
  std::filesystem::copy_file(network_file("convolution.onnx"), folder / "net/model.onnx");
  write_file(folder / "model-settings.json",
             R"({"name": "digits", "implementation": "inferpool-onnx", "parallel_workers": 1,)"
             R"( "parameters": {"uri": "net", "version": "v2"}})");
  const char* const path = std::getenv("PATH");
  const std::string with_runtimes =
      std::string(INFERPOOL_RUNTIMES_FOLDER) + ":" + (path == nullptr ? "" : path);
  const ScopedVariable variable("PATH", with_runtimes.c_str());
  Pool<> pool{Settings::from_file(folder / "model-settings.json")};
  const Response response = pool.infer({{"image", images(2)}});
  check_scores(response["scores"], 2);
  CHECK(response.model_name == "digits");
  CHECK(response.model_version == "v2");
}

TEST_CASE("inferpool-onnx tells its inputs and outputs to a caller that asks for metadata") {
  Pool<> pool{settings_for(network_file("convolution.onnx"))};
  Request request;
  request.parameters["metadata"] = true;
  const Response response = pool.infer(request);
  CHECK(response.outputs.empty());
  CHECK(std::get<std::string>(response.parameters.at("inputs")) ==
        R"([{"datatype":"FP32","name":"image","shape":[-1,1,6,6]}])");
  CHECK(std::get<std::string>(response.parameters.at("outputs")) ==
        R"([{"datatype":"FP32","name":"scores","shape":[-1,4]}])");
  CHECK(std::get<std::string>(response.parameters.at("platform")) != "");
}

TEST_CASE("inferpool-onnx --check prints the inputs and outputs of a network") {
  const ScratchFolder folder;
  write_file(folder / "model-settings.json",
             R"({"name": "digits", "implementation": "inferpool-onnx", "parameters": {"uri": ")" +
                 network_file("casts.onnx") + "\"}}");
  const std::string command = std::string(kWorker) + " --check " +
                              (folder / "model-settings.json") + " >" + (folder / "output") +
                              " 2>&1";
  REQUIRE(std::system(command.c_str()) == 0);
  CHECK_THAT(read_file(folder / "output"),
             contains("\n  input \"i\" INT64 [n, 3]\n  input \"j\" INT64 [n, 3]\n") &&
                 contains("\n  output \"place\" INT64 [n]\n  computed by "));
}

#if defined(INFERPOOL_RUN)
TEST_CASE("inferpool-run names the library that computes an ONNX network") {
  const ScratchFolder folder;
  write_file(folder / "model-settings.json",
             R"({"name": "digits", "implementation": ")" + std::string(kWorker) +
                 R"(", "parameters": {"uri": ")" + network_file("convolution.onnx") + "\"}}");
  write_file(folder / "x.npy", npy_of("<f4", "(1, 1, 6, 6)", std::string(144, '\0')));
  const ToolRun tool(INFERPOOL_RUN,
                     {folder / "model-settings.json", "--input", "image=" + (folder / "x.npy"),
                      "--workers", "1", "--repeat", "3"});
  CAPTURE(tool.err);
  REQUIRE(tool.status == 0);
  Pool<> pool{settings_for(network_file("convolution.onnx"))};
  Request request;
  request.parameters["metadata"] = true;
  const Response response = pool.infer(request);
  CHECK_THAT(tool.out, contains("digits, computed by " +
                                std::get<std::string>(response.parameters.at("platform")) +
                                ", asked with image FP32 [1, 1, 6, 6]\n"));
  CHECK_THAT(tool.out, contains("     ready           1           3\n"));
}
#endif

TEST_CASE("after an inferpool-onnx was killed its successor answers") {
  Pool<> pool{settings_for(network_file("convolution.onnx"))};
  check_successors(pool, {{"image", images(4)}}, "scores");
}

std::string random_bytes(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

TEST_CASE("a file that is not an ONNX network is refused with its name and what is wrong") {
  const ScratchFolder folder;
  const std::string whole = network_bytes("convolution.onnx");
  const std::pair<const char*, std::string> files[] = {
      {"empty.onnx", ""},
      {"half.onnx", whole.substr(0, whole.size() / 2)},
      {"almost.onnx", whole.substr(0, whole.size() - 1)},
      {"text.onnx", "no network here"},
      {"random.onnx", random_bytes(1000, 1)},
      {"other.onnx", random_bytes(100'000, 2)}};
  for (const auto& [name, content] : files) {
    CAPTURE(name);
    write_file(folder / name, content);
    const Error error = start_error(settings_for(folder / name));
    CHECK(error.code() == ErrorCode::kStartupFailed);
    CHECK(error.details().exception_type == "inferpool::runtimes::NetworkError");
    CHECK_THAT(error.what(), contains(std::string(folder / name) + ": "));
  }
  CHECK_THAT(start_error(settings_for(folder / "empty.onnx")).what(),
             contains("the file is empty"));
  CHECK_THAT(start_error(settings_for(folder / "half.onnx")).what(), contains("it is cut off"));
}

TEST_CASE("a missing ONNX network is reported with its setting") {
  const ScratchFolder folder;
  CHECK_THAT(start_error(settings_for("/no/such.onnx")).what(),
             contains("parameters.uri (uri): there is no file /no/such.onnx"));
  CHECK_THAT(start_error(settings_for("")).what(), contains("it is not set"));
  CHECK_THAT(start_error(settings_for(folder / "")).what(), contains("there is no model.onnx"));
}

TEST_CASE("inferpool-onnx refuses what the network cannot take, says what it can, and goes on") {
  Pool<> pool{settings_for(network_file("convolution.onnx"))};
  const int pid = pool.stats().workers[0].pid;
  const auto check_refused = [&](const Request& request, const std::string& message) {
    const auto result = pool.try_infer(request);
    REQUIRE_FALSE(result);
    CHECK(result.error().code() == ErrorCode::kInvalidArgument);
    CHECK_THAT(result.error().what(), contains(message));
  };
  check_refused({{"x", images(1)}}, R"(the inputs are "x"; accepted: "image" FP32 [n, 1, 6, 6])");
  check_refused({}, R"(the inputs are none; accepted: "image" FP32 [n, 1, 6, 6])");
  check_refused({{"image", images(1)}, {"x", images(1)}}, R"(accepted: "image" FP32)");
  check_refused({{"image", Tensor(Datatype::kFp64, {1, 1, 6, 6})}},
                R"(the input "image" is FP64 [1, 1, 6, 6]; accepted: FP32 [n, 1, 6, 6])");
  for (const Shape& shape : {Shape{1, 6, 6}, Shape{1, 1, 6, 5}, Shape{1, 3, 6, 6}, Shape{36}}) {
    check_refused(
        {{"image", Tensor(Datatype::kFp32, shape)}},
        "the input \"image\" has the shape " + to_string(shape) + "; accepted: [n, 1, 6, 6]");
  }
  check_scores(pool.infer({{"image", images(2)}})["scores"], 2);
  CHECK(pool.stats().workers[0].pid == pid);
}

TEST_CASE("a backend that is not built in is refused with the names of those that are") {
  Settings settings = settings_for(network_file("convolution.onnx"));
  settings.extra = R"({"backend": "abacus"})";
  CHECK_THROWS_WITH(Pool<>{settings},
                    contains("backend is \"abacus\"; accepted in this build: \""));
}

}  // namespace
}  // namespace inferpool::test
