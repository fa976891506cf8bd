// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/weight_files.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "runtimes/onnx/network.hpp"

namespace inferpool::test {
namespace {

namespace fs = std::filesystem;
using runtimes::ExternalTensor;
using runtimes::NetworkError;
using runtimes::WeightFiles;

ExternalTensor piece(const std::string& location, std::uint64_t offset, std::uint64_t length) {
  return {.name = "w", .location = location, .offset = offset, .length = length};
}

std::string complaint(const std::string& network, const ExternalTensor& tensor) {
  try {
    WeightFiles(network).check(tensor);
  } catch (const NetworkError& error) {
    return error.what();
  }
  return "none";
}

// model/net.onnx with w.bin beside it and in a folder below, and a file that is not the network's.
struct Files {
  ScratchFolder folder = {};
  Files() {
    fs::create_directories(folder / "model/below");
    write_file(folder / "model/net.onnx", "network");
    write_file(folder / "model/w.bin", "0123456789");
    write_file(folder / "model/below/w.bin", "abcdefghij");
    write_file(folder / "secret", "a secret of another");
  }
};

TEST_CASE("weights are read from the network's folder and from below it", "[W5]") {
  const Files files;
  const WeightFiles weights(files.folder / "model/net.onnx");
  std::string bytes = "before ";
  for (const char* location : {"w.bin", "./w.bin", "below/w.bin"}) {
    weights.check(piece(location, 2, 3));
    weights.append(piece(location, 2, 3), bytes);
  }
  CHECK(bytes == "before 234234cde");
}

TEST_CASE("weights outside the network's folder are refused, however they are named", "[W5]") {
  const Files files;
  const std::string network = files.folder / "model/net.onnx";
  fs::create_symlink(files.folder / "secret", files.folder / "model/link");
  fs::create_directory_symlink(files.folder / "", files.folder / "model/up");
  for (const std::string& location :
       {std::string("../secret"), std::string("below/../../secret"), files.folder / "secret",
        std::string("link"), std::string("up/secret"), std::string("/etc/passwd"),
        std::string("w.bin\0x", 7)}) {
    CAPTURE(location);
    CHECK_THAT(complaint(network, piece(location, 0, 1)),
               contains("outside the folder of the network; accepted: a relative path"));
    std::string bytes;
    CHECK_THROWS_AS(WeightFiles(network).append(piece(location, 0, 1), bytes), NetworkError);
  }
}

TEST_CASE("a folder of links, as download caches have it, has its weights where the links lead",
          "[W5]") {
  const Files files;
  fs::create_directories(files.folder / "cache/snapshot");
  fs::create_directories(files.folder / "cache/blobs");
  write_file(files.folder / "cache/blobs/1", "network");
  write_file(files.folder / "cache/blobs/2", "0123456789");
  fs::create_symlink("../blobs/1", files.folder / "cache/snapshot/net.onnx");
  fs::create_symlink("../blobs/2", files.folder / "cache/snapshot/w.bin");
  const std::string network = files.folder / "cache/snapshot/net.onnx";
  CHECK(complaint(network, piece("w.bin", 0, 10)) == "none");
  fs::create_symlink("../../secret", files.folder / "cache/snapshot/link");
  CHECK_THAT(complaint(network, piece("link", 0, 1)), contains("outside the folder"));
}

TEST_CASE("a file of weights that is missing, too short or not a file is refused in words",
          "[W5]") {
  const Files files;
  const std::string network = files.folder / "model/net.onnx";
  CHECK(complaint(network, piece("w.bin", 0, 10)) == "none");
  CHECK(complaint(network, piece("gone.bin", 0, 10)) ==
        "the weights \"w\" lie in the file \"gone.bin\" beside it, which cannot be read: No such "
        "file or directory");
  CHECK(complaint(network, piece("w.bin", 4, 7)) ==
        "the weights \"w\" lie in the file \"w.bin\" beside it, which has 10 bytes where they need "
        "7 from byte 4 on: it is cut off, or of another network");
  CHECK_THAT(complaint(network, piece("w.bin", 11, 0)), contains("it is cut off"));
  CHECK_THAT(complaint(network, piece("below", 0, 0)), contains("not an ordinary file"));
  REQUIRE(::mkfifo((files.folder / "model/pipe").c_str(), 0600) == 0);
  CHECK_THAT(complaint(network, piece("pipe", 0, 1)), contains("not an ordinary file"));
}

}  // namespace
}  // namespace inferpool::test
