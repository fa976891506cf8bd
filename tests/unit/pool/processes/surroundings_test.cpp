// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/surroundings.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "catch.hpp"
#include "system/usable_processors.hpp"

namespace inferpool::pool::processes {
namespace {

TEST_CASE("surroundings are those that the host had when they were read", "[H5]") {
  const auto here = std::filesystem::current_path();
  const mode_t before = umask(0153);
  setenv("INFERPOOL_TEST_HOST", "first=second", 1);
  const Surroundings read;
  setenv("INFERPOOL_TEST_HOST", "changed", 1);
  umask(before);
  std::filesystem::current_path("/proc");
  CHECK(read.environment.at("INFERPOOL_TEST_HOST") == "first=second");
  CHECK(read.file_mask == mode_t{0153});
  CHECK(read.processors == system::usable_processors());
  REQUIRE(fchdir(read.folder.get()) == 0);
  CHECK(std::filesystem::current_path() == here);
  unsetenv("INFERPOOL_TEST_HOST");
  CHECK((fcntl(read.folder.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

}  // namespace
}  // namespace inferpool::pool::processes
