// SPDX-License-Identifier: Apache-2.0
#include "tools/npy.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "unit/tools/npy_file.hpp"
#include "unit/unwritten_pipe.hpp"

namespace inferpool::test {
namespace {

using tools::read_npy;

Tensor read(const std::string& content) {
  const ScratchFolder folder;
  write_file(folder / "x.npy", content);
  return read_npy(folder / "x.npy");
}

// What the refusal of a file says, after the file's name.
std::string refusal_of(const std::string& content) {
  const ScratchFolder folder;
  const std::string file = folder / "x.npy";
  write_file(file, content);
  try {
    static_cast<void>(read_npy(file));
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kInvalidArgument);
    const std::string text = error.what();
    const auto at = text.find(file);
    REQUIRE(at != std::string::npos);
    return text.substr(at + file.size() + 1);
  }
  return "read";
}

std::string bytes(std::size_t count) { return std::string(count, '\0'); }

TEST_CASE("a .npy file becomes a tensor of its type, its shape and its values") {
  const std::array<float, 6> values{1, 2, 3, -4, 0.5F, 1e9F};
  const std::string raw(reinterpret_cast<const char*>(values.data()), sizeof(values));
  const Tensor tensor = read(npy_of("<f4", "(2, 3)", raw));
  CHECK(tensor == Tensor::from(values, {2, 3}));
}

TEST_CASE("every datatype of fixed width but BF16 is read from .npy") {
  const auto [descr, datatype] =
      GENERATE(std::pair{"|b1", Datatype::kBool}, std::pair{"|u1", Datatype::kUint8},
               std::pair{"<u2", Datatype::kUint16}, std::pair{"<u4", Datatype::kUint32},
               std::pair{"<u8", Datatype::kUint64}, std::pair{"|i1", Datatype::kInt8},
               std::pair{"<i2", Datatype::kInt16}, std::pair{"<i4", Datatype::kInt32},
               std::pair{"<i8", Datatype::kInt64}, std::pair{"<f2", Datatype::kFp16},
               std::pair{"<f4", Datatype::kFp32}, std::pair{"<f8", Datatype::kFp64});
  CAPTURE(descr);
  const std::string one(1, '\1');
  const Tensor tensor =
      read(npy_of(descr, "(2,)", one + bytes(element_size(datatype) * 2 - 2) + one));
  CHECK(tensor.datatype() == datatype);
  CHECK(tensor.shape() == Shape{2});
  CHECK(tensor.bytes().front() == std::byte{1});
  CHECK(tensor.bytes().back() == std::byte{1});
}

TEST_CASE(".npy files of the versions 2 and 3 have longer lengths") {
  const int version = GENERATE(2, 3);
  const std::string header = "{'descr': '<i4', 'fortran_order': False, 'shape': (), }\n";
  const std::string value("\7\0\0\0", 4);
  CHECK(read(npy(header, value, version)) == Tensor::scalar(std::int32_t{7}));
  CHECK(read(npy(header + std::string(70'000, ' '), value, version)) ==
        Tensor::scalar(std::int32_t{7}));
}

TEST_CASE("a .npy file without elements is a tensor without any") {
  CHECK(read(npy_of("<f8", "(0, 3)", "")).shape() == Shape{0, 3});
}

TEST_CASE("a vector in Fortran order is one in C order") {
  CHECK(read(npy("{'descr': '|u1', 'fortran_order': True, 'shape': (1,), }", "\5")).shape() ==
        Shape{1});
}

TEST_CASE("a .npy file that is not for a tensor is refused with what it is and what is accepted") {
  const auto [content, message] = GENERATE(
      std::pair{npy_of(">f4", "(1,)", bytes(4)),
                "is big-endian (>f4); save array.astype('<f4') instead"},
      std::pair{npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }", bytes(4)),
                "is in Fortran order; save numpy.ascontiguousarray(array) instead"},
      std::pair{npy_of("<U5", "(1,)", bytes(20)), "elements of the type <U5; accepted: bool, int8"},
      std::pair{npy_of("<c8", "(1,)", bytes(8)), "elements of the type <c8"},
      std::pair{npy_of("|O", "(1,)", bytes(8)), "elements of the type |O"},
      std::pair{npy_of("", "(1,)", ""), "elements of the type ; accepted"},
      std::pair{npy("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), }", bytes(4)),
                "elements of the type [('x', '<f4')]"},
      std::pair{npy_of("<f4", "(1,1,1,1,1,1,1,1,1)", bytes(4)), "has a shape that no tensor can"},
      std::pair{npy_of("<f4", "(-1,)", ""), "has a shape that no tensor can"},
      std::pair{npy_of("|b1", "(1,)", "\2"), "holds what no tensor can"});
  CHECK_THAT(refusal_of(content), contains(message));
}

TEST_CASE("a .npy file that is too short, too long or none at all is refused") {
  CHECK_THAT(refusal_of(""), contains("is not a .npy file"));
  CHECK_THAT(refusal_of("digit,p0,p1\n1,2,3\n"), contains("is not a .npy file"));
  CHECK_THAT(refusal_of(npy("{}", "", 4)), contains("is of version 4 of the .npy format"));
  CHECK_THAT(refusal_of(npy("{}", "")), contains("has an invalid header"));
  CHECK_THAT(refusal_of(npy_of("<f4", "(2, 3)", bytes(23))),
             contains("has 23 bytes after its header; FP32 [2, 3] are 6 of 4"));
  CHECK_THAT(refusal_of(npy_of("<f4", "(2, 3)", bytes(28))), contains("has 28 bytes after"));
  CHECK_THAT(refusal_of(npy_of("<f8", "(4611686018427387904,)", "")),
             contains("has 0 bytes after"));
  const std::string endless = std::string("\x93NUMPY\2\0", 8) + "\xff\xff\xff\xff{";
  CHECK_THAT(refusal_of(endless), contains("ends 4294967294 bytes too early"));
}

TEST_CASE("no beginning of a .npy file is taken for a whole one") {
  const std::string whole = npy_of("<u2", "(2,)", "abcd");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(refusal_of(whole.substr(0, size)) != "read");
  }
}

TEST_CASE("a .npy file that cannot be read is refused with the reason") {
  const ScratchFolder folder;
  CHECK_THROWS_WITH(read_npy(folder / "none.npy"), contains("No such file or directory"));
  CHECK_THROWS_WITH(read_npy(folder / ""), contains("is a directory; accepted: a regular file"));
}

TEST_CASE("a pipe is refused as a .npy file, and nobody waits for who writes it") {
  const UnwrittenPipe pipe("x.npy");
  CHECK_THROWS_WITH(pipe.read_by([&] { return read_npy(pipe.path()); }),
                    contains("is a pipe; accepted: a regular file"));
}

}  // namespace
}  // namespace inferpool::test
