// SPDX-License-Identifier: Apache-2.0
#include "tools/model_input.hpp"

#include <optional>
#include <string>
#include <string_view>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "unit/tools/npy_file.hpp"

namespace inferpool::test {
namespace {

using namespace tools;

TEST_CASE("an input is a file, or a name before the first = and a file", "[W16]") {
  const auto check = [](std::string_view argument, std::optional<std::string> name,
                        const char* file) {
    const InputFile input = parse_input_file(argument);
    CHECK(input.name == name);
    CHECK(input.file == file);
  };
  check("x.npy", std::nullopt, "x.npy");
  check("data/x.npy", std::nullopt, "data/x.npy");
  check("gpu_0/data_0=x.npy", "gpu_0/data_0", "x.npy");
  check("image=x.npy", "image", "x.npy");
  check("image=a=b.npy", "image", "a=b.npy");
  check("image=/data/x.npy", "image", "/data/x.npy");
  check("./a=b.npy", "./a", "b.npy");
  check("--a b:0=x.npy", "--a b:0", "x.npy");
  check("=x.npy", "", "x.npy");
}

TEST_CASE("one input without a name is a Tensor, with names they are a Request") {
  const ScratchFolder folder;
  write_file(folder / "a.npy", npy_of("|u1", "(2,)", "ab"));
  write_file(folder / "b.npy", npy_of("|u1", "()", "c"));
  const ModelInput one = read_input({{.file = folder / "a.npy"}});
  REQUIRE(std::holds_alternative<Tensor>(one));
  CHECK(to_string(one) == "UINT8 [2]");
  const ModelInput named = read_input(
      {{.name = "a", .file = folder / "a.npy"}, {.name = "b", .file = folder / "b.npy"}});
  REQUIRE(std::holds_alternative<Request>(named));
  CHECK(std::get<Request>(named)["b"] == Tensor::scalar(std::uint8_t{'c'}));
  CHECK(to_string(named) == "a UINT8 [2], b UINT8 []");
  CHECK(std::holds_alternative<Request>(read_input({{.name = "a", .file = folder / "a.npy"}})));
}

TEST_CASE("no input at all is a Request without tensors", "[W16]") {
  const ModelInput none = read_input({});
  REQUIRE(std::holds_alternative<Request>(none));
  CHECK(std::get<Request>(none).inputs.size() == 0);
  CHECK(to_string(none) == "no inputs");
}

}  // namespace
}  // namespace inferpool::test
