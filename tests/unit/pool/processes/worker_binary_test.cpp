// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/worker_binary.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"

namespace inferpool::pool::processes {
namespace {

namespace fs = std::filesystem;
using inferpool::test::contains;
using inferpool::test::read_file;
using inferpool::test::ScratchFolder;
using inferpool::test::write_file;

// Makes a native program at this path.
fs::path make_program(const std::string& file) {
  fs::copy_file("/bin/true", file);
  return file;
}

fs::path make_script(const std::string& file) {
  write_file(file, "#!/bin/sh\nexit 0\n");
  fs::permissions(file, fs::perms::owner_all);
  return file;
}

std::string changed(const WorkerBinary& binary) {
  try {
    binary.check();
    return "the same";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TEST_CASE("a native program stays what was opened, whatever becomes of its name") {
  const ScratchFolder folder;
  const fs::path file = make_program(folder / "worker");
  const WorkerBinary binary(file);
  const std::string content = read_file(file);
  CHECK(binary.path() == file);
  CHECK(binary.image().starts_with("/proc/self/fd/"));

  fs::rename(make_script(folder / "other"), file);
  CHECK(changed(binary) == "the same");
  CHECK(read_file(binary.image()) == content);
  fs::remove(file);
  CHECK(changed(binary) == "the same");
  CHECK(read_file(binary.image()) == content);
}

TEST_CASE("a native program that is written over in place is refused with its path") {
  const ScratchFolder folder;
  const fs::path file = make_program(folder / "worker");
  const WorkerBinary binary(file);
  write_file(file, "more");
  CHECK_THAT(changed(binary), contains(file.string()) && contains("never mix versions"));
}

TEST_CASE("a script is executed by its path, and refused once another is there") {
  const ScratchFolder folder;
  const fs::path file = make_script(folder / "worker");
  const WorkerBinary binary(file);
  CHECK(binary.image() == file);
  CHECK(changed(binary) == "the same");

  fs::rename(make_script(folder / "other"), file);  // of the same size
  CHECK_THAT(changed(binary), contains(file.string()) && contains("never mix versions"));
  fs::remove(file);
  CHECK_THAT(changed(binary), contains(file.string()));
}

TEST_CASE("a native program that may be executed but not read is executed by descriptor") {
  const ScratchFolder folder;
  const fs::path file = make_program(folder / "worker");
  fs::permissions(file, fs::perms::owner_exec);
  CHECK(WorkerBinary(file).image().starts_with("/proc/self/fd/"));
}

TEST_CASE(
    "the descriptor of a worker's executable is closed on exec, and none of the standard three") {
  const ScratchFolder folder;
  const int standard_input = dup(0);
  close(0);
  const WorkerBinary binary(make_program(folder / "worker"));
  dup2(standard_input, 0);
  close(standard_input);
  const std::string number = fs::path(binary.image()).filename();
  CHECK(std::stoi(number) > 2);
  CHECK_THAT(read_file("/proc/self/fdinfo/" + number),
             contains("flags:\t012"));  // O_CLOEXEC, O_PATH
}

TEST_CASE("an executable that is gone when it is opened fails the start with its path") {
  const ScratchFolder folder;
  try {
    const WorkerBinary binary(folder / "missing");
    FAIL("opened");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kStartupFailed);
    CHECK(error.phase() == Phase::kStarting);
    CHECK_THAT(error.what(), contains(folder / "missing") && contains("No such file"));
  }
}

}  // namespace
}  // namespace inferpool::pool::processes
