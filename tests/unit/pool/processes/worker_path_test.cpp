// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/worker_path.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "unit/settings/scoped_variable.hpp"

namespace inferpool::pool::processes {
namespace {

namespace fs = std::filesystem;
using inferpool::test::contains;

// A folder of its own on PATH, for as long as the test runs.
class FolderOnPath {
 public:
  FolderOnPath()
      : path_(fs::temp_directory_path() / ("inferpool-path-" + std::to_string(getpid()))) {
    fs::create_directories(path_);
    const char* before = std::getenv("PATH");
    before_ = before != nullptr ? before : "";
    setenv("PATH", (path_.string() + ":" + before_).c_str(), 1);
  }
  ~FolderOnPath() {
    setenv("PATH", before_.c_str(), 1);
    fs::remove_all(path_);
  }
  fs::path add(const std::string& name, bool executable) const {
    const fs::path file = path_ / name;
    std::ofstream(file) << "#!/bin/sh\n";
    fs::permissions(file, executable ? fs::perms::owner_all : fs::perms::owner_read);
    return file;
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  std::string before_;
};

std::string refusal(const std::string& worker) {
  try {
    return "found " + find_worker(worker).string();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kStartupFailed);
    CHECK(error.phase() == Phase::kStarting);
    return error.what();
  }
}

TEST_CASE("a worker is found on PATH by its name, and by its absolute path") {
  const FolderOnPath folder;
  const fs::path file = folder.add("a_worker", true);
  CHECK(find_worker("a_worker") == file);
  CHECK(find_worker(file.string()) == file);
}

TEST_CASE("a worker beside the host executable is found before one on PATH") {
  const FolderOnPath folder;
  const fs::path self = fs::read_symlink("/proc/self/exe");
  folder.add(self.filename().string(), true);
  CHECK(find_worker(self.filename().string()) == self);
}

TEST_CASE("a worker is found in the libexec that was installed with the host executable") {
  const fs::path prefix = fs::read_symlink("/proc/self/exe").parent_path().parent_path();
  const fs::path file = prefix / "libexec/inferpool" / ("worker-" + std::to_string(getpid()));
  fs::create_directories(file.parent_path());
  std::ofstream(file) << "#!/bin/sh\n";
  fs::permissions(file, fs::perms::owner_all);
  const std::string found = refusal(file.filename().string());
  fs::remove(file);
  CHECK(found == "found " + file.string());
}

TEST_CASE("a worker is found in the libexec of the package with which its host was built",
          "[W17]") {
  const FolderOnPath folder;
  const fs::path file = folder.add("a_worker", true);
  const test::ScopedVariable path("PATH", "/bin");
  CHECK(find_worker("a_worker", folder.path().string()) == file);
  CHECK_THAT(refusal("a_worker"), contains("was not found"));
}

TEST_CASE("a worker is found first in the folder that INFERPOOL_LIBEXEC names", "[W17]") {
  const FolderOnPath folder;
  const fs::path self = fs::read_symlink("/proc/self/exe");
  const fs::path file = folder.add(self.filename().string(), true);
  const test::ScopedVariable named("INFERPOOL_LIBEXEC", folder.path().c_str());
  CHECK(find_worker(self.filename().string()) == file);
}

TEST_CASE("the refusal of a bundled worker says that it may be elsewhere", "[W17]") {
  CHECK_THAT(refusal("inferpool-abacus"), contains("one of the workers that come with inferpool") &&
                                              contains("or INFERPOOL_LIBEXEC to its folder"));
}

TEST_CASE("in a working folder that is gone a relative worker is refused", "[W20]") {
  const fs::path before = fs::current_path();
  const fs::path gone = fs::temp_directory_path() / ("inferpool-gone-" + std::to_string(getpid()));
  fs::create_directory(gone);
  fs::current_path(gone);
  fs::remove(gone);
  const std::string said = refusal("./a_worker");
  const test::ScopedVariable path("PATH", "bin");
  const std::string by_name = refusal("no_such_worker");
  fs::current_path(before);
  CHECK_THAT(said, contains("worker executable ./a_worker: there is no working folder to start"));
  CHECK_THAT(by_name, contains("\n  bin/no_such_worker: No such file or directory"));
}

TEST_CASE("the refusal says what keeps a file from being looked at", "[W20]") {
  CHECK_THAT(refusal("/" + std::string(300, 'x')), contains(": File name too long; set `worker`"));
}

TEST_CASE("the refusal of an unknown worker lists where it was looked for") {
  const FolderOnPath folder;
  const std::string text = refusal("no_such_worker");
  CHECK_THAT(text, contains("\"no_such_worker\" was not found"));
  CHECK_THAT(text,
             contains((folder.path() / "no_such_worker").string() + ": there is no such file"));
  CHECK_THAT(
      text,
      contains((fs::read_symlink("/proc/self/exe").parent_path() / "no_such_worker").string()));
}

TEST_CASE("the refusal of a file says what is wrong with it") {
  const FolderOnPath folder;
  CHECK_THAT(refusal("/no/such/file"), contains("/no/such/file: there is no such file"));
  CHECK_THAT(refusal(folder.add("not_executable", false).string()),
             contains("it is not executable (chmod +x)"));
  CHECK_THAT(refusal("/dev/null"), contains("it is not a regular file"));
}

TEST_CASE("B10: a directory as worker is a wrong setting") {
  const FolderOnPath folder;
  try {
    static_cast<void>(find_worker(folder.path().string()));
    FAIL("found");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kInvalidSettings);
    CHECK_THAT(error.what(),
               contains("worker is \"" + folder.path().string() + "\", a directory; accepted:"));
  }
}

}  // namespace
}  // namespace inferpool::pool::processes
