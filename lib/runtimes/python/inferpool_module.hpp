// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/model.hpp>

namespace inferpool::runtimes {

// The module `inferpool`, which a hosted class may import:
//   output(shape, dtype)  a new array that lies where outputs are sent from; returning it copies
//                         nothing
//   cancelled()           whether nobody waits for this run any more
//   parameters()          the request's parameters, a dict
//   InvalidArgument, PayloadTooLarge, OutOfMemory
//                         exceptions that reach the caller as the error of that name
// The functions are of the run on the calling thread, and raise RuntimeError outside of one.
void define_inferpool_module();

// Makes a request the one that the module is about, on this thread, while it lives.
class CurrentRun {
 public:
  CurrentRun(const Request& request, Context& context) noexcept;
  CurrentRun(const CurrentRun&) = delete;
  CurrentRun& operator=(const CurrentRun&) = delete;
  ~CurrentRun();
};

}  // namespace inferpool::runtimes
