// SPDX-License-Identifier: Apache-2.0
#include "tools/model_input.hpp"

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "unit/tools/npy_file.hpp"

namespace inferpool::test {
namespace {

using namespace tools;

TEST_CASE("an input is a file, or a name and a file") {
  const auto check = [](std::string_view argument, const char* name, const char* file) {
    const InputFile input = parse_input_file(argument);
    CHECK(input.name == name);
    CHECK(input.file == file);
  };
  check("x.npy", "", "x.npy");
  check("image=x.npy", "image", "x.npy");
  check("image=a=b.npy", "image", "a=b.npy");
  check("image=/data/x.npy", "image", "/data/x.npy");
  check("./a=b.npy", "", "./a=b.npy");
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

}  // namespace
}  // namespace inferpool::test
