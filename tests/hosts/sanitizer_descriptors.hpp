// SPDX-License-Identifier: Apache-2.0
// For one source of a program that runs out of descriptors.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include "integration/limit.hpp"

namespace inferpool::test {

// UndefinedBehaviorSanitizer opens a pipe to see whether it may look at an object, and takes it for
// none where it gets no descriptor: it gets two that count for nobody else.
class SanitizerDescriptors {
 public:
  SanitizerDescriptors() {
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    reserve_ = ::fcntl(null, F_DUPFD_CLOEXEC, kAbove);
    ::close(null);
  }
  int give(int* fds) const {
    const Limit limit(RLIMIT_NOFILE);
    limit.set(kAbove + 100);
    for (const int i : {0, 1}) fds[i] = ::fcntl(reserve_, F_DUPFD_CLOEXEC, kAbove);
    return fds[1] < 0 ? -1 : 0;
  }

 private:
  static constexpr int kAbove = 500;
  int reserve_;
};

}  // namespace inferpool::test

// Nothing else in this program calls it: there is pipe2.
extern "C" int pipe(int* fds) {
  static const inferpool::test::SanitizerDescriptors descriptors;
  return descriptors.give(fds);
}
