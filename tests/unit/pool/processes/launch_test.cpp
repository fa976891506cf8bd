// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/launch.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "catch.hpp"

namespace inferpool::pool::processes {
namespace {

std::string variable(const process::Program& program, std::string_view name) {
  for (const std::string& entry : program.environment) {
    if (entry.starts_with(std::string(name) + "=")) return entry.substr(name.size() + 1);
  }
  return "(unset)";
}

const WorkerBinary kWorker("/bin/true");

Settings settings() {
  Settings settings;
  settings.workers = 2;
  return settings;
}

TEST_CASE(
    "a worker's environment is the host's with the settings' variables, where {index} is its "
    "index") {
  setenv("INFERPOOL_TEST_HOST", "from the host", 1);
  Settings s = settings();
  s.env = {{"CUDA_VISIBLE_DEVICES", "{index}"}, {"TWICE", "{index}-{index}"}};
  const auto program = make_program(s, kWorker, Surroundings(), 1, 7, 8);
  unsetenv("INFERPOOL_TEST_HOST");
  CHECK(variable(program, "CUDA_VISIBLE_DEVICES") == "1");
  CHECK(variable(program, "TWICE") == "1-1");
  CHECK(variable(program, "INFERPOOL_TEST_HOST") == "from the host");
}

TEST_CASE("a worker has the variables of the host that inherit_env names, and the settings' own") {
  setenv("INFERPOOL_TEST_HOST", "from the host", 1);
  setenv("INFERPOOL_TEST_SECRET", "from the host", 1);
  Settings s = settings();
  s.env = {{"OWN", "{index}"}};
  s.inherit_env = {"INFERPOOL_TEST_HOST", "NEVER_SET"};
  const auto named = make_program(s, kWorker, Surroundings(), 1, 7, 8);
  s.inherit_env = std::vector<std::string>();
  const auto none = make_program(s, kWorker, Surroundings(), 1, 7, 8);
  unsetenv("INFERPOOL_TEST_HOST");
  unsetenv("INFERPOOL_TEST_SECRET");
  CHECK(variable(named, "INFERPOOL_TEST_HOST") == "from the host");
  CHECK(variable(named, "INFERPOOL_TEST_SECRET") == "(unset)");
  CHECK(variable(named, "NEVER_SET") == "(unset)");
  CHECK(variable(named, "PATH") == "(unset)");
  CHECK(variable(named, "OWN") == "1");
  CHECK(variable(named, "OMP_NUM_THREADS") != "(unset)");
  CHECK(variable(none, "INFERPOOL_TEST_HOST") == "(unset)");
  CHECK(variable(none, "OWN") == "1");
}

TEST_CASE("without core_dumps the limit of core dumps is 0, whatever rlimits say") {
  Settings s = settings();
  CHECK(make_program(s, kWorker, Surroundings(), 0, 7, 8).rlimits.empty());
  s.core_dumps = false;
  s.rlimits = {{"core", 4096}};
  CHECK(make_program(s, kWorker, Surroundings(), 0, 7, 8).rlimits.back() ==
        std::pair<int, std::uint64_t>{RLIMIT_CORE, 0});
}

TEST_CASE(
    "threads_per_worker sets the variables that numeric libraries read, and the settings' own "
    "win") {
  Settings s = settings();
  s.threads_per_worker = 3;
  s.env = {{"MKL_NUM_THREADS", "5"}};
  const auto program = make_program(s, kWorker, Surroundings(), 0, 7, 8);
  CHECK(variable(program, "OMP_NUM_THREADS") == "3");
  CHECK(variable(program, "OPENBLAS_NUM_THREADS") == "3");
  CHECK(variable(program, "OPENCV_FOR_THREADS_NUM") == "3");
  CHECK(variable(program, "MKL_NUM_THREADS") == "5");
}

TEST_CASE("a worker gets one argument that names the descriptor to attach by") {
  const auto program = make_program(settings(), kWorker, Surroundings(), 0, 7, 8);
  CHECK(program.arguments == std::vector<std::string>{"--inferpool-attach=7"});
  CHECK(program.kept == 7);
  CHECK(program.executable == "/bin/true");
  CHECK(program.image == kWorker.image());
  CHECK(program.output == 8);
}

TEST_CASE("the CPUs of all workers are those that cpu_affinity names for each of them") {
  Settings s = settings();
  CHECK(cpus_of_workers(s).empty());
  s.cpu_affinity = "{index}";
  CHECK(cpus_of_workers(s) == std::vector<int>{0, 1});
  s.cpu_affinity = "4-5";
  CHECK(cpus_of_workers(s) == std::vector<int>{4, 5, 4, 5});
}

TEST_CASE("cpu_affinity and rlimits are turned into what the kernel takes") {
  Settings s = settings();
  s.cpu_affinity = "{index}";
  s.rlimits = {{"nofile", 64}};
  const auto program = make_program(s, kWorker, Surroundings(), 1, 7, 8);
  REQUIRE(program.affinity);
  CHECK(CPU_COUNT(&*program.affinity) == 1);
  CHECK(CPU_ISSET(1, &*program.affinity));
  CHECK(program.rlimits == std::vector<std::pair<int, std::uint64_t>>{{RLIMIT_NOFILE, 64}});
  CHECK_FALSE(make_program(settings(), kWorker, Surroundings(), 1, 7, 8).affinity);
}

}  // namespace
}  // namespace inferpool::pool::processes
