// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/hash_key.hpp"

#include <sys/syscall.h>

#include <cerrno>

#include "catch.hpp"
#include "unit/ipc/denied_call.hpp"
#include "unit/ipc/forked_child.hpp"

namespace inferpool::pool::calls {
namespace {

using namespace inferpool::test;

// Whether two keys differ in both words, and neither is empty.
bool two_are_secrets() {
  const SipHash::Key first = draw_hash_key();
  const SipHash::Key second = draw_hash_key();
  return first.words[0] != second.words[0] && first.words[1] != second.words[1] &&
         first.words[0] != 0 && first.words[1] != 0;
}

TEST_CASE("all keys differ", "[H8]") { CHECK(two_are_secrets()); }

TEST_CASE("all keys differ also if the kernel gives no random bytes", "[H8]") {
  for (const int error : {ENOSYS, EPERM, EAGAIN}) {
    ForkedChild child([&] { return deny_call(SYS_getrandom, error) && two_are_secrets() ? 0 : 1; });
    CHECK(child.exit_code() == 0);
  }
}

}  // namespace
}  // namespace inferpool::pool::calls
