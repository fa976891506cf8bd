// SPDX-License-Identifier: Apache-2.0
// What a worker reports if it cannot be confined.
#include <sys/syscall.h>

#include <future>
#include <stdexcept>
#include <thread>

#include "call_filters.hpp"
#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "unit/ipc/denied_call.hpp"
#include "unit/worker/confined_child.hpp"
#include "worker/sandbox.hpp"

namespace inferpool::worker {
namespace {

using namespace inferpool::test;

TEST_CASE("a system without Landlock, or with one that is too old, is refused with what to do") {
  if (skipped_without_filters()) return;
  CHECK_THAT(told_by_child([] {
               deny_call(444, ENOSYS);
               isolate();
               return "isolated";
             }),
             contains("threw: this system has no Landlock") && contains("Linux 5.19") &&
                 contains("set sandbox = false"));
  CHECK_THAT(told_by_child([] {
               deny_call(444, 0);  // which gives 0 as the version
               isolate();
               return "isolated";
             }),
             contains("Landlock is version 0, and version 2 is needed"));
}

TEST_CASE("a system without filters of system calls is said to lack them") {
  if (skipped_without_filters()) return;
  CHECK_THAT(told_by_child([] {
               deny_call(SYS_seccomp, EINVAL);
               confine();
               return "confined";
             }),
             contains("threw: this system does not filter system calls") &&
                 contains("set sandbox = false"));
}

TEST_CASE("a thread that cannot be confined with the others is named") {
  if (skipped_without_filters()) return;
  CHECK_THAT(told_by_child([] {
               std::promise<void> filtered;
               std::promise<void> end;
               std::thread other([&] {
                 deny_call(SYS_acct, ENOSYS);
                 filtered.set_value();
                 end.get_future().wait();
               });
               filtered.get_future().wait();
               std::string text = "confined";
               try {
                 confine();
               } catch (const std::runtime_error& error) {
                 text = error.what();
               }
               end.set_value();
               other.join();
               return text;
             }),
             contains("a filter of system calls that the others have not"));
}

TEST_CASE("a thread that runs before the load is refused, since it cannot be confined with it") {
  if (skipped_without_filters()) return;
  CHECK_THAT(told_by_child([] {
               std::promise<void> end;
               const auto other = std::async(std::launch::async, [&] { end.get_future().wait(); });
               std::string text = "alone";
               try {
                 require_one_thread();
               } catch (const std::runtime_error& error) {
                 text = error.what();
               }
               end.set_value();
               return text;
             }),
             contains("threads run before the model loads") && contains("set sandbox = false"));
#ifndef __SANITIZE_THREAD__  // which has a thread of its own
  CHECK(told_by_child([] {
          require_one_thread();
          return "alone";
        }) == "alone");
#endif
}

TEST_CASE("a process that still holds an open escape is not confined") {
  if (skipped_without_filters()) return;
  const ScratchFolder folder;
  CHECK_THAT(told_by_child([&] {
               static_cast<void>(open((folder / "log").c_str(), O_WRONLY | O_CREAT, 0600));
               confine();
               return "confined";
             }),
             contains("an open escape: descriptor") && contains(folder / "log") &&
                 contains("set sandbox = false"));
}

}  // namespace
}  // namespace inferpool::worker
