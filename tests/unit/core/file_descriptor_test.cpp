// SPDX-License-Identifier: Apache-2.0
#include "core/file_descriptor.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>

#include <utility>

#include "catch.hpp"
#include "unit/ipc/forked_child.hpp"

namespace inferpool::core {
namespace {

int any_descriptor() { return eventfd(0, EFD_CLOEXEC); }

bool is_open(int number) { return fcntl(number, F_GETFD) >= 0; }

TEST_CASE("a descriptor is closed with its owner") {
  const int number = any_descriptor();
  {
    const FileDescriptor fd(number);
    CHECK(fd);
    CHECK(fd.get() == number);
    CHECK(is_open(number));
  }
  CHECK_FALSE(is_open(number));
}

TEST_CASE("an owner of none closes nothing, and says so") {
  FileDescriptor none;
  CHECK_FALSE(none);
  CHECK(none.get() == -1);
  CHECK_FALSE(FileDescriptor(-1));
  none.reset();
  CHECK_FALSE(none);
}

TEST_CASE("the number 0 is a descriptor like any other") {
  test::ForkedChild child([] {
    if (dup2(any_descriptor(), 0) != 0) return 1;
    { const FileDescriptor fd(0); }
    return is_open(0) ? 2 : 0;
  });
  CHECK(child.exit_code() == 0);
}

TEST_CASE("a descriptor that is passed on has one owner, the last one") {
  const int number = any_descriptor();
  FileDescriptor first(number);
  {
    const FileDescriptor second(std::move(first));
    CHECK_FALSE(first);  // NOLINT: what it is after the move is tested
    CHECK(second.get() == number);
  }
  CHECK_FALSE(is_open(number));
}

TEST_CASE("an owner that is given another descriptor leaves its own to the giver, who closes it") {
  const int old = any_descriptor();
  const int given = any_descriptor();
  FileDescriptor fd(old);
  {
    FileDescriptor giver(given);
    fd = std::move(giver);
    CHECK(fd.get() == given);
  }
  CHECK_FALSE(is_open(old));
  CHECK(is_open(given));
}

TEST_CASE("a number that is used again after a reset is left alone") {
  const int number = any_descriptor();
  FileDescriptor other(any_descriptor());
  {
    FileDescriptor fd(number);
    fd.reset();
    CHECK_FALSE(fd);
    REQUIRE_FALSE(is_open(number));
    REQUIRE(fcntl(other.get(), F_DUPFD_CLOEXEC, number) == number);
  }
  const FileDescriptor again(number);
  CHECK(is_open(number));
}

}  // namespace
}  // namespace inferpool::core
