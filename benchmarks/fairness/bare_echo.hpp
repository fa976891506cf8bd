// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

namespace bench {

// A process that sends each byte back over a Unix socket. It shows what two processes can do
// without a pool; each sleeps while the other one runs. Make it before there are threads.
class BareEcho {
 public:
  // Throws std::system_error.
  BareEcho();
  // Ends the process.
  ~BareEcho();
  BareEcho(const BareEcho&) = delete;
  BareEcho& operator=(const BareEcho&) = delete;

  // One byte there and back. Throws std::system_error.
  void round_trip();

 private:
  int socket_ = -1;
  pid_t pid_ = -1;
};

}  // namespace bench
