// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/file_bytes.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "runtimes/onnx/network.hpp"

namespace inferpool::test {
namespace {

using runtimes::file_bytes;

TEST_CASE("a file is read whole, also if it is empty or has zero bytes") {
  const ScratchFolder folder;
  const std::string bytes("a\0\r\n\xff", 5);
  write_file(folder / "m.onnx", bytes);
  write_file(folder / "empty.onnx");
  CHECK(file_bytes(folder / "m.onnx") == bytes);
  CHECK(file_bytes(folder / "empty.onnx").empty());
}

TEST_CASE("a missing file, a folder, or a file larger than a message may be is refused in words") {
  const ScratchFolder folder;
  CHECK_THROWS_AS(file_bytes(folder / "none"), runtimes::NetworkError);
  CHECK_THROWS_WITH(file_bytes(folder / "none"), contains("it cannot be read: No such file"));
  CHECK_THROWS_WITH(file_bytes(folder / "."), contains("it cannot be read: Is a directory"));
  write_file(folder / "large.onnx");
  std::filesystem::resize_file(folder / "large.onnx", std::uintmax_t{1} << 31);  // sparse
  CHECK_THROWS_WITH(file_bytes(folder / "large.onnx"),
                    contains("it has 2147483648 bytes; accepted: up to 2147483647"));
}

}  // namespace
}  // namespace inferpool::test
