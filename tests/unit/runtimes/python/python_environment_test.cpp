// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/python_environment.hpp"

#include <filesystem>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"

namespace inferpool::test {
namespace {

using runtimes::find_python_environment;

std::string refusal(const std::string& folder) {
  try {
    return "found " + find_python_environment(folder, "3.11").packages.string();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kInvalidSettings);
    return error.what();
  }
}

void make_packages(const ScratchFolder& folder, const std::string& version) {
  std::filesystem::create_directories(folder / ("lib/python" + version + "/site-packages"));
}

TEST_CASE("a virtual environment is known by its configuration, and has its own interpreter") {
  const ScratchFolder folder;
  make_packages(folder, "3.11");
  CHECK(find_python_environment(folder / "", "3.11").interpreter.empty());
  write_file(folder / "pyvenv.cfg");
  const auto found = find_python_environment(folder / "", "3.11");
  CHECK(found.interpreter == folder / "bin/python");
  CHECK(found.packages == folder / "lib/python3.11/site-packages");
}

TEST_CASE("an environment that is not there, or of another Python, is refused with its setting") {
  const ScratchFolder folder;
  CHECK_THAT(refusal(folder / "env"),
             contains("parameters.environment_path (environment_path): there is no folder " +
                      (folder / "env")));
  CHECK_THAT(refusal(folder / ""), contains("is not a Python environment: it has no folder "
                                            "lib/python3.11/site-packages"));
  make_packages(folder, "3.9");
  CHECK_THAT(refusal(folder / ""),
             contains("is of Python 3.9; accepted: 3.11, which this worker runs"));
}

}  // namespace
}  // namespace inferpool::test
