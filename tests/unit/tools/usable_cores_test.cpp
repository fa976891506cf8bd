// SPDX-License-Identifier: Apache-2.0
#include "tools/usable_cores.hpp"

#include <sched.h>

#include <thread>

#include "catch.hpp"

namespace inferpool::test {
namespace {

using tools::cores_of_quota;
using tools::usable_cores;

TEST_CASE("the quota of a cgroup is so many whole processors, and at least one") {
  CHECK(cores_of_quota("200000 100000\n") == 2);
  CHECK(cores_of_quota("150000 100000\n") == 1);
  CHECK(cores_of_quota("50000 100000\n") == 1);
  CHECK(cores_of_quota("max 100000\n") == std::nullopt);
  CHECK(cores_of_quota("") == std::nullopt);
  CHECK(cores_of_quota("nonsense and more") == std::nullopt);
  CHECK(cores_of_quota("200000 0") == std::nullopt);
}

TEST_CASE("a process that may use one processor has one usable core") {
  CHECK(usable_cores() >= 1);
  int bound = 0;
  std::thread([&bound] {  // affinity is a thread's own
    cpu_set_t set;
    ::sched_getaffinity(0, sizeof(set), &set);
    std::size_t first = 0;
    while (!CPU_ISSET(first, &set)) ++first;
    CPU_ZERO(&set);
    CPU_SET(first, &set);
    ::sched_setaffinity(0, sizeof(set), &set);
    bound = usable_cores();
  })
      .join();
  CHECK(bound == 1);
}

}  // namespace
}  // namespace inferpool::test
