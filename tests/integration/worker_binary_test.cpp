// SPDX-License-Identifier: Apache-2.0
// The worker executable is replaced on disk while its pool runs.
#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

namespace fs = std::filesystem;

fs::path beside_the_tests(const std::string& name) {
  return fs::read_symlink("/proc/self/exe").parent_path() / name;
}

// Identifies the file at a path.
ino_t file_number(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw std::runtime_error("no " + path);
  return status.st_ino;
}

ino_t program_of(int pid) { return file_number("/proc/" + std::to_string(pid) + "/exe"); }

// A worker executable in the test's own folder, and a pool of this worker.
struct Installed {
  ScratchFolder folder;
  std::string file = folder / "installed_worker";

  Installed() { fs::copy_file(beside_the_tests("faulty_worker"), file); }
  [[nodiscard]] Settings settings(int workers) const {
    Settings settings = faulty_settings(workers);
    settings.worker = file;
    return settings;
  }
  // Puts another file under the same name, as package managers do.
  void replace_by(const std::string& worker) const {
    fs::copy_file(beside_the_tests(worker), folder / "new");
    fs::rename(folder / "new", file);
  }
};

std::string line_of(const std::string& file) {
  std::string text = read_file(file);
  return text.substr(0, text.find('\n'));
}

}  // namespace

TEST_CASE("A pool whose executable is replaced on disk goes on with the one that it began with") {
  const Installed installed;
  FaultyPool pool(installed.settings(2));
  const ino_t old_program = file_number(installed.file);
  installed.replace_by("faulty_worker");
  const ino_t new_program = file_number(installed.file);
  REQUIRE(old_program != new_program);

  const int killed = pool.infer(command(Deed::kAnswer)).pid;
  ::kill(killed, SIGKILL);
  REQUIRE(ready_again(pool, 1));
  for (const int pid : ready_pids(pool)) {
    CHECK(pid != killed);
    CHECK(program_of(pid) == old_program);
  }
  FaultyPool next(installed.settings(1));
  CHECK(program_of(next.infer(command(Deed::kAnswer)).pid) == new_program);
}

TEST_CASE(
    "A pool goes on restarting workers whose executable was removed, or is another model's now") {
  const Installed installed;
  FaultyPool pool(installed.settings(1));
  ::kill(ready_pids(pool).at(0), SIGKILL);
  installed.replace_by("echo_worker");  // a worker of another model
  REQUIRE(ready_again(pool, 1));
  fs::remove(installed.file);
  ::kill(ready_pids(pool).at(0), SIGKILL);
  REQUIRE(ready_again(pool, 2));
  CHECK(pool.infer(command(Deed::kAnswer, "", 7)).number == 7);
}

TEST_CASE("An executable that is written over in place fails the next start, which says so") {
  const Installed installed;
  Settings settings = installed.settings(1);
  settings.restart_backoff.breaker = 1;
  FaultyPool pool(settings);
  // The test touches the file to simulate a write while no worker ran. While one runs, the kernel
  // refuses a write.
  const timespec now{0, UTIME_NOW};
  const std::array times{now, now};
  REQUIRE(::utimensat(AT_FDCWD, installed.file.c_str(), times.data(), 0) == 0);
  ::kill(ready_pids(pool).at(0), SIGKILL);
  const Error error = error_of(pool.try_infer(command(Deed::kAnswer)));
  CHECK(error.code() == ErrorCode::kUnavailable);
  CHECK_THAT(error.what(), contains(installed.file) && contains("never mix versions"));
}

TEST_CASE("A worker that is a script is refused once another script has replaced it") {
  const Installed installed;
  const std::string text = "#!/bin/sh\nexec '" + installed.file + "' \"$@\"\n";
  const std::string script = installed.folder / "script";
  const auto make = [&](const std::string& file) {
    write_file(file, text);
    fs::permissions(file, fs::perms::owner_all);
  };
  make(script);
  Settings settings = installed.settings(1);
  settings.worker = script;
  settings.restart_backoff.breaker = 1;
  FaultyPool pool(settings);
  ::kill(ready_pids(pool).at(0), SIGKILL);
  REQUIRE(ready_again(pool, 1));

  make(installed.folder / "other");
  fs::rename(installed.folder / "other", script);
  ::kill(ready_pids(pool).at(0), SIGKILL);
  const Error error = error_of(pool.try_infer(command(Deed::kAnswer)));
  CHECK(error.code() == ErrorCode::kUnavailable);
  CHECK_THAT(error.what(), contains(script) && contains("never mix versions"));
}

TEST_CASE("A worker is listed under the name and the path of its executable") {
  const Installed installed;
  FaultyPool pool(installed.settings(1));
  const std::string folder = "/proc/" + std::to_string(ready_pids(pool).at(0));
  CHECK(line_of(folder + "/comm") == "installed_worke");  // the kernel keeps 15 characters
  CHECK(read_file(folder + "/cmdline").c_str() == installed.file);
  CHECK(fs::read_symlink(folder + "/exe") == installed.file);
}
