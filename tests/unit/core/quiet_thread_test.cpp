// SPDX-License-Identifier: Apache-2.0
#include "core/quiet_thread.hpp"

#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <future>
#include <string>
#include <vector>

#include "call_filters.hpp"
#include "catch.hpp"
#include "unit/core/taken_signals.hpp"
#include "unit/ipc/denied_call.hpp"
#include "unit/worker/confined_child.hpp"

namespace inferpool::core {
namespace {

TEST_CASE("a quiet thread takes no signal, and who started it takes those that it took before") {
  const std::vector<int> before = test::taken_signals();
  std::vector<int> inside{SIGTERM};
  std::thread thread = quiet_thread("inferpool-some", [&] { inside = test::taken_signals(); });
  const std::vector<int> afterwards = test::taken_signals();
  thread.join();
  CHECK(inside.empty());
  CHECK(afterwards == before);
  CHECK_FALSE(before.empty());
}

TEST_CASE("a quiet thread has its name while it runs") {
  std::promise<void> go_on;
  std::thread thread = quiet_thread("inferpool-some", [&] { go_on.get_future().wait(); });
  std::array<char, 16> name{};
  CHECK(pthread_getname_np(thread.native_handle(), name.data(), name.size()) == 0);
  CHECK(std::string(name.data()) == "inferpool-some");
  go_on.set_value();
  thread.join();
}

// What is said of a thread by a process whose system refuses it, and what that changes.
std::string told_of_refused_thread() {
  const std::vector<int> before = test::taken_signals();
  if (!test::deny_call(SYS_clone3, EAGAIN) || !test::deny_call(SYS_clone, EAGAIN))
    return "the calls cannot be denied";
  try {
    quiet_thread("inferpool-some", [] {}).join();
  } catch (const std::runtime_error& error) {
    return error.what() + std::string(test::taken_signals() == before ? "" : "; quiet for ever");
  }
  return "it started";
}

TEST_CASE("a thread that cannot be started is named, with the limits that may be used up") {
  if (test::skipped_without_filters()) return;
  const std::string told = test::told_by_child(told_of_refused_thread);
  CHECK_THAT(told,
             test::contains("the thread inferpool-some: Resource temporarily unavailable (errno "
                            "11); RLIMIT_NPROC (ulimit -u") &&
                 !test::contains("quiet for ever"));
}

}  // namespace
}  // namespace inferpool::core
