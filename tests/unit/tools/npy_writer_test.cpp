// SPDX-License-Identifier: Apache-2.0
#include "tools/npy_writer.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "tools/npy.hpp"
#include "unit/tools/npy_file.hpp"

namespace inferpool::test {
namespace {

using namespace tools;

TEST_CASE("a tensor that is written reads back as the same one") {
  const ScratchFolder folder;
  const auto datatype =
      GENERATE(Datatype::kBool, Datatype::kUint8, Datatype::kUint16, Datatype::kUint32,
               Datatype::kUint64, Datatype::kInt8, Datatype::kInt16, Datatype::kInt32,
               Datatype::kInt64, Datatype::kFp16, Datatype::kFp32, Datatype::kFp64);
  const auto& shape =
      GENERATE(Shape{}, Shape{3}, Shape{2, 3}, Shape{0, 3}, Shape{1, 1, 1, 1, 1, 1, 1, 2});
  CAPTURE(name(datatype), to_string(shape));
  std::vector<std::byte> bytes(static_cast<std::size_t>(shape.elements()) * element_size(datatype));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(datatype == Datatype::kBool ? i % 2 : 7 * i + 1);
  }
  const Tensor tensor = Tensor::copy_bytes(datatype, shape, bytes);
  write_npy(folder / "x.npy", tensor);
  CHECK(read_npy(folder / "x.npy") == tensor);
}

TEST_CASE("a .npy file is laid out as NumPy lays it out") {
  const ScratchFolder folder;
  write_npy(folder / "x.npy", Tensor::scalar(std::uint8_t{'!'}).reshaped({1}));
  const std::string written = read_file(folder / "x.npy");
  const std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }";
  CHECK(written == npy(header + std::string(128 - 10 - 1 - header.size(), ' ') + '\n', "!"));
}

TEST_CASE("a .npy file that was there is written over") {
  const ScratchFolder folder;
  write_npy(folder / "x.npy", Tensor(Datatype::kFp64, {100}));
  write_npy(folder / "x.npy", Tensor::scalar(std::int32_t{4}));
  CHECK(read_npy(folder / "x.npy") == Tensor::scalar(std::int32_t{4}));
}

TEST_CASE("what cannot be written as .npy is refused with the file and the reason") {
  const ScratchFolder folder;
  const auto refusal = [](const std::string& file, const Tensor& tensor) -> std::string {
    try {
      write_npy(file, tensor);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::kInvalidArgument);
      return error.what();
    }
    return "written";
  };
  constexpr std::string_view kText[] = {"a"};
  CHECK_THAT(refusal(folder / "x.npy", Tensor::from_strings(kText)),
             contains(folder / "x.npy") && contains(".npy has no type for BYTES"));
  CHECK_THAT(refusal(folder / "x.npy", Tensor(Datatype::kBf16, {1})), contains("no type for BF16"));
  CHECK_FALSE(exists(folder / "x.npy"));
  CHECK_THAT(refusal(folder / "none/x.npy", Tensor::scalar(1.0F)), contains("No such file"));
  if (exists("/dev/full")) {
    CHECK_THAT(refusal("/dev/full", Tensor::scalar(1.0F)), contains("No space left"));
  }
}

}  // namespace
}  // namespace inferpool::test
