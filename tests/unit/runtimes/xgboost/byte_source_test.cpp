// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/byte_source.hpp"

#include <string>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "runtimes/xgboost/xgboost_error.hpp"

namespace inferpool::test {
namespace {

using runtimes::ByteSource;
using runtimes::XgboostError;

// A file with these bytes, read from its beginning.
struct ReadFile {
  explicit ReadFile(const std::string& content) : bytes(written(content)) {}

  ScratchFolder folder;
  ByteSource bytes;

 private:
  std::string written(const std::string& content) const {
    write_file(folder / "m", content);
    return folder / "m";
  }
};

std::string end_after(int count) {
  return "it ends after " + std::to_string(count) + " bytes, in the middle of the model";
}

TEST_CASE("bytes come in order, and a look at the next one does not take it") {
  ReadFile file("ab\xff\n");
  CHECK(file.bytes.size() == 4);
  CHECK(file.bytes.peek() == 'a');
  CHECK(file.bytes.position() == 0);
  CHECK(file.bytes.next() == 'a');
  CHECK(file.bytes.take(2) == "b\xff");
  CHECK(file.bytes.position() == 3);
  CHECK(file.bytes.next() == '\n');
}

TEST_CASE("bytes that are passed over, few or many, are counted like those that are taken") {
  std::string content(100'000, '.');
  content[10] = 'a';
  content[4106] = 'b';  // as many bytes as are read one by one
  content[80'000] = 'c';
  ReadFile file(content);
  file.bytes.skip(10);
  CHECK(file.bytes.next() == 'a');
  file.bytes.skip(4095);
  CHECK(file.bytes.next() == 'b');
  CHECK(file.bytes.position() == 4107);
  file.bytes.skip(80'000 - 4107);
  CHECK(file.bytes.peek() == 'c');
  CHECK(file.bytes.position() == 80'000);
  file.bytes.skip(20'000);
  CHECK(file.bytes.position() == 100'000);
  CHECK_THROWS_WITH(file.bytes.peek(), end_after(100'000));
}

TEST_CASE("each way to go beyond the end is refused with the length of the file") {
  CHECK_THROWS_WITH(ReadFile("").bytes.peek(), end_after(0));
  CHECK_THROWS_WITH(ReadFile("").bytes.next(), end_after(0));
  CHECK_THROWS_WITH(ReadFile("abc").bytes.take(4), end_after(3));
  CHECK_THROWS_WITH(ReadFile("abc").bytes.skip(4), end_after(3));
  CHECK_THROWS_WITH(ReadFile("abc").bytes.skip(~std::uint64_t{0}), end_after(3));
  ReadFile file("abc");
  file.bytes.next();
  CHECK_THROWS_WITH(file.bytes.skip(3), end_after(3));
}

TEST_CASE("a text longer than any that a model has is refused before there is memory for it") {
  ReadFile file(std::string(70'000, 'x'));
  file.bytes.next();
  CHECK(file.bytes.take(65'536).size() == 65'536);
  CHECK_THROWS_WITH(file.bytes.take(65'537),
                    "at byte 65537 it has a text of 65537 bytes where at most 65536 are expected");
  CHECK_THROWS_AS(file.bytes.take(~std::uint64_t{0}), XgboostError);
}

TEST_CASE("a file that cannot be opened is refused with the reason") {
  const ScratchFolder folder;
  CHECK_THROWS_WITH(ByteSource(folder / "none"), "it cannot be read: No such file or directory");
  CHECK_THROWS_WITH(ByteSource(folder / ""), contains("it cannot be read: "));
}

}  // namespace
}  // namespace inferpool::test
