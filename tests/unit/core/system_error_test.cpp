// SPDX-License-Identifier: Apache-2.0
#include "core/system_error.hpp"

#include <sys/resource.h>

#include <cerrno>

#include "catch.hpp"
#include "unit/worker/confined_child.hpp"

namespace inferpool::core {
namespace {

using test::contains;

// What is said of the error by a process that has this limit.
std::string failure_under(__rlimit_resource resource, rlim_t limit, int error) {
  return test::told_by_child([=] {
    rlimit both{};
    if (getrlimit(resource, &both) != 0) return std::string("there is no such limit");
    both.rlim_cur = limit;
    if (setrlimit(resource, &both) != 0) return std::string("the limit cannot be set");
    return system_failure("open", error);
  });
}

TEST_CASE("an error of the system is told in words, in English, and so is a number that is none") {
  CHECK(std::string(error_text(EMFILE)) == "Too many open files");
  CHECK(std::string(error_text(ENOENT)) == "No such file or directory");
  CHECK(std::string(error_text(1'000'000)) == "unknown error");
}

TEST_CASE("a failed system call is told with its name, the error and the error's number") {
  CHECK(system_failure("memfd_create", EBADF) == "memfd_create: Bad file descriptor (errno 9)");
  CHECK(system_failure("", 1'000'000) == ": unknown error (errno 1000000)");
}

TEST_CASE("where descriptors are used up, the process's limit is told with its value") {
  CHECK(failure_under(RLIMIT_NOFILE, 77, EMFILE) ==
        "open: Too many open files (errno 24); RLIMIT_NOFILE (ulimit -n; for workers the setting "
        "rlimits) lets this process have 77 descriptors: raise it");
  CHECK(system_failure("open", ENFILE) ==
        "open: Too many open files in system (errno 23); the machine has no descriptor left: "
        "raise fs.file-max");
}

TEST_CASE("where a thread or a process is refused, each limit that may be behind it is told") {
  constexpr rlim_t kSome = (rlim_t{1} << 50U) + 7;
  CHECK_THAT(failure_under(RLIMIT_NPROC, 77, EAGAIN),
             contains("open: Resource temporarily unavailable (errno 11); RLIMIT_NPROC (ulimit -u; "
                      "for workers the setting rlimits) lets this user have 77 processes") &&
                 contains("pids.max"));
  CHECK_THAT(failure_under(RLIMIT_AS, kSome, EAGAIN),
             contains("RLIMIT_AS (1125899906842631) and RLIMIT_DATA ("));
  CHECK_THAT(failure_under(RLIMIT_DATA, kSome, EAGAIN),
             contains("and RLIMIT_DATA (1125899906842631): raise"));
}

TEST_CASE("where memory is used up, each limit that may be behind it is told") {
  constexpr rlim_t kSome = (rlim_t{1} << 50U) + 7;
  CHECK_THAT(failure_under(RLIMIT_AS, kSome, ENOMEM),
             contains("open: Cannot allocate memory (errno 12); RLIMIT_AS (ulimit -v; for workers "
                      "the setting rlimits) is 1125899906842631, RLIMIT_DATA (ulimit -d) ") &&
                 contains("vm.max_map_count") && contains("lower shared_memory_limit"));
  CHECK_THAT(failure_under(RLIMIT_DATA, kSome, ENOMEM),
             contains("RLIMIT_DATA (ulimit -d) 1125899906842631, "));
}

TEST_CASE("where a file is too large, the limit of files is told with its value") {
  CHECK_THAT(failure_under(RLIMIT_FSIZE, 77'000, EFBIG),
             contains("open: File too large (errno 27); RLIMIT_FSIZE (ulimit -f, in KiB; for "
                      "workers the setting rlimits) lets this process have files, and memory "
                      "files, of 77000 bytes"));
}

TEST_CASE("a limit that is not set is told as unlimited") {
  CHECK_THAT(failure_under(RLIMIT_FSIZE, RLIM_INFINITY, EFBIG), contains("of unlimited bytes"));
}

}  // namespace
}  // namespace inferpool::core
