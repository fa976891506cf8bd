// SPDX-License-Identifier: Apache-2.0
#include "worker/accelerators.hpp"

#include <sys/sysmacros.h>

#include "catch.hpp"

namespace inferpool::worker {
namespace {

struct Device {
  const char* name;
  unsigned major;
  unsigned minor;
};

TEST_CASE("devices that take or give mere bytes may be kept open for writing", "[H13]") {
  for (const auto& [name, major, minor] : {Device{"null", 1, 3}, Device{"zero", 1, 5},
                                           Device{"full", 1, 7}, Device{"urandom", 1, 9}}) {
    CAPTURE(name);
    CHECK(may_be_kept(makedev(major, minor)));
    CHECK(driver_of(makedev(major, minor)) == "mem");
  }
}

TEST_CASE("devices that steer the machine or another program may not", "[H13]") {
  for (const auto& [name, major, minor] :
       {Device{"mem", 1, 1}, Device{"kmem", 1, 2}, Device{"port", 1, 4}, Device{"kmsg", 1, 11},
        Device{"tty1", 4, 1}, Device{"ttyS0", 4, 64}, Device{"tty", 5, 0}, Device{"console", 5, 1},
        Device{"ptmx", 5, 2}, Device{"vcs", 7, 0}, Device{"watchdog", 10, 130},
        Device{"tun", 10, 200}, Device{"uinput", 10, 223}, Device{"fuse", 10, 229},
        Device{"kvm", 10, 232}, Device{"vhost-net", 10, 238}, Device{"event0", 13, 64},
        Device{"pts/0", 136, 0}, Device{"no such", 4000, 0}}) {
    CAPTURE(name);
    CHECK_FALSE(may_be_kept(makedev(major, minor)));
  }
}

}  // namespace
}  // namespace inferpool::worker
