// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

#include <inferpool/settings.hpp>
#include <inferpool/traceparent.hpp>

namespace inferpool {

// What one call may ask for beyond the pool's settings.
struct InferOptions {
  // From now; instead of Settings::request_timeout. 0 or less: already over; Duration::max(), or
  // anything else beyond the range of the clock: no limit.
  std::optional<Duration> timeout = {};
  std::optional<std::chrono::steady_clock::time_point> deadline =
      {};                           // the earlier of the two counts
  std::stop_token stop = {};        // a request to stop ends the call with `cancelled`
  std::optional<Retry> retry = {};  // instead of Settings::retry
  // For Context::traceparent; a malformed one is an Error (invalid_argument). If it is empty, a
  // Request's parameter "traceparent" is used, if there is one. Request::parameters reach the model
  // unchanged either way.
  Traceparent traceparent = {};
};

}  // namespace inferpool
