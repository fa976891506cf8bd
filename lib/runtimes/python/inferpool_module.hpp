// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/model.hpp>

namespace inferpool::runtimes {

// The module `inferpool`, which a hosted class may import:
//   output(shape, dtype)  a new array in the memory from which outputs are sent; returning it
//                         copies nothing
//   cancelled()           whether nobody waits for this run any more
//   parameters()          the request's parameters, a dict
//   InvalidArgument, PayloadTooLarge, OutOfMemory
//                         exceptions that reach the caller as the error of that name
// The functions refer to the run on the calling thread, and raise RuntimeError outside of a run.
void define_inferpool_module();

// While it lives, the module's functions refer to this request, on this thread.
class CurrentRun {
 public:
  CurrentRun(const Request& request, Context& context) noexcept;
  CurrentRun(const CurrentRun&) = delete;
  CurrentRun& operator=(const CurrentRun&) = delete;
  ~CurrentRun();
};

}  // namespace inferpool::runtimes
