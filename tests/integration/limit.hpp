// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sys/resource.h>

#include <stdexcept>

namespace inferpool::test {

// A soft limit of this process, as long as it lives.
class Limit {
 public:
  explicit Limit(__rlimit_resource resource) : resource_(resource) {
    if (::getrlimit(resource_, &before_) != 0) throw std::runtime_error("getrlimit");
  }
  Limit(__rlimit_resource resource, rlim_t limit) : Limit(resource) { set(limit); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;
  ~Limit() { ::setrlimit(resource_, &before_); }

  void set(rlim_t limit) const {
    const rlimit both{limit, before_.rlim_max};
    if (::setrlimit(resource_, &both) != 0) throw std::runtime_error("setrlimit");
  }

 private:
  __rlimit_resource resource_;
  rlimit before_{};
};

// The RLIMIT_NOFILE with which this process can open `free` more descriptors.
inline rlim_t limit_with_free_descriptors(int free) {
  int limit = 0;
  for (; free > 0 || ::fcntl(limit, F_GETFD) >= 0; ++limit) {
    if (::fcntl(limit, F_GETFD) < 0) --free;
  }
  return static_cast<rlim_t>(limit);
}

}  // namespace inferpool::test
