// SPDX-License-Identifier: Apache-2.0
#include "core/memory_limits.hpp"

#include <sys/resource.h>

#include "catch.hpp"
#include "unit/worker/confined_child.hpp"

namespace inferpool::core {
namespace {

// The limits that a process names which has these two, as far as it may have them.
std::string named_under(rlim_t address_space, rlim_t data) {
  return test::told_by_child([=] {
    const rlimit first{address_space, RLIM_INFINITY};
    const rlimit second{data, RLIM_INFINITY};
    if (setrlimit(RLIMIT_AS, &first) != 0 || setrlimit(RLIMIT_DATA, &second) != 0)
      return std::string("the limits cannot be set");
    return memory_limits();
  });
}

TEST_CASE("each limit of memory is named with its value, and with what sets it") {
  constexpr rlim_t kSome = rlim_t{1} << 50U;
  CHECK(named_under(kSome + 1, kSome + 2) ==
        "; RLIMIT_AS (ulimit -v; for workers the setting rlimits) is 1125899906842625"
        "; RLIMIT_DATA (ulimit -d; for workers the setting rlimits) is 1125899906842626");
  CHECK(named_under(RLIM_INFINITY, kSome + 2) ==
        "; RLIMIT_DATA (ulimit -d; for workers the setting rlimits) is 1125899906842626");
}

TEST_CASE("a process without limits of memory names none") {
  CHECK(named_under(RLIM_INFINITY, RLIM_INFINITY) == "");
}

}  // namespace
}  // namespace inferpool::core
