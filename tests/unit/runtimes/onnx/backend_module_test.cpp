// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/backend_module.hpp"

#include <filesystem>
#include <string>
#include <string_view>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "runtimes/onnx/backend_stamp.hpp"
#include "runtimes/onnx/known_backends.hpp"
#include "unit/runtimes/onnx/network_files.hpp"

namespace inferpool::test {
namespace {

using runtimes::Backend;
using runtimes::load_backend;
using runtimes::NetworkError;

const std::string kBackend(runtimes::preferred_backend());
const std::string kModule = "inferpool-onnx-" + kBackend + ".so";

// The module in a folder of its own, with each `from` in it replaced by `to`, which is as long.
struct ChangedModule {
  ScratchFolder folder = {};
  ChangedModule(const std::string& from, const std::string& to) {
    std::string bytes = read_file(INFERPOOL_RUNTIMES_FOLDER "/" + kModule);
    REQUIRE(bytes.find(from) != std::string::npos);
    for (std::size_t at = 0; (at = bytes.find(from, at)) != std::string::npos; ++at) {
      bytes.replace(at, to.size(), to);
    }
    write_file(folder / kModule, bytes);
  }
};

TEST_CASE("a backend comes from its module and opens a network", "[W12]") {
  const std::filesystem::path folder = INFERPOOL_RUNTIMES_FOLDER;
  const std::string_view name = kBackend;
  const Backend& backend = load_backend(folder, name);
  const auto network = backend.open(network_file("convolution.onnx"), {.threads = 1});
  CHECK(network->inputs().size() == 1);
  CHECK(network->backend() != "");
}

TEST_CASE("a program finds its own folder") {
  CHECK(std::filesystem::exists(runtimes::program_folder() / "onnx_tests"));
}

TEST_CASE("the error for a backend without its module names the file", "[W12]") {
  const ScratchFolder empty;
  CHECK_THROWS_WITH(load_backend(empty / "", kBackend),
                    contains("there is no " + (empty / kModule)) && contains("copy the two"));
}

TEST_CASE("the error for a backend without its library says what brings it", "[W12]") {
  const std::string library = kBackend == "opencv" ? "libopencv_dnn.so" : "libonnxruntime.so";
  std::string gone = library;
  gone.back() = 'X';
  const ChangedModule module(library, gone);
  CHECK_THROWS_WITH(
      load_backend(module.folder / "", kBackend),
      contains("cannot be loaded: " + gone) && contains("It needs ") && contains("Debian"));
}

TEST_CASE("a backend of another build is not used", "[W12]") {
  const std::string stamp = runtimes::kBackendStamp;
  REQUIRE(stamp.size() == 64);
  std::string other = stamp;
  other.front() = other.front() == '0' ? '1' : '0';
  const ChangedModule module(stamp, other);
  CHECK_THROWS_WITH(load_backend(module.folder / "", kBackend),
                    contains(module.folder / kModule) && contains("of another build"));
}

}  // namespace
}  // namespace inferpool::test
