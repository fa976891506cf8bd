// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <inferpool/error.hpp>
#include <inferpool/event.hpp>

#include "pool/locked_dispatch.hpp"

namespace inferpool::pool {

// Opens when so many starts in a row have failed and no worker lives: calls are refused then, until
// one is ready. Belongs to the thread that watches.
class Breaker {
 public:
  // `dispatch` outlives it.
  Breaker(int most_failures, LockedDispatch& dispatch)
      : most_failures_(most_failures), dispatch_(dispatch) {}

  // Gives the event to tell, where it opens with this.
  std::optional<Event> start_failed(const Error& last);
  // A worker is ready, and the dispatch knows it. Gives the event to tell, where it was open.
  std::optional<Event> ready();

 private:
  int most_failures_;
  LockedDispatch& dispatch_;
  int failures_in_a_row_ = 0;
  bool open_ = false;
};

}  // namespace inferpool::pool
