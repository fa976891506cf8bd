// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/detail/served_model.hpp>
#include <inferpool/model.hpp>

namespace inferpool {

namespace detail {
int run_worker(int argc, char** argv, ServedModel& model);
}

// The whole main() of a worker executable. The pool that starts the process tells it where to
// attach; Model's constructor, predict and destructor run on the calling thread (with
// Settings::concurrency over 1, predict on several).
//   run by hand: explains itself; exit status 2
//   --check model-settings.json: loads the model, prints its signature and its description (if it
//     has a `std::string description() const`); exit status 0 or 1
// Returns the exit status. The process ignores SIGINT, SIGTERM and SIGHUP, which reach its host as
// well, and ends when its host does. SIGABRT, SIGSEGV, SIGBUS, SIGFPE and SIGILL first write a
// stack to stderr, and then end the process as usual, unless the program has a handler of its own.
template <typename Model>
int run_worker(int argc, char** argv) {
  static_assert(Runnable<Model>,
                "inferpool: a model needs a constructor (const Settings&) or (const Settings&, "
                "WorkerInfo) and predict(Input), predict(Input, Context&) or "
                "predict(Input, Stream<Output>&, Context&), which returns std::optional<Output>");
  detail::Served<Model> served;
  return detail::run_worker(argc, argv, served);
}

}  // namespace inferpool
