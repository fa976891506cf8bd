// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include <inferpool/settings.hpp>

namespace inferpool {

// What one call may ask for beyond the pool's settings.
struct InferOptions {
  std::optional<Duration> timeout = {};  // from now; instead of Settings::request_timeout
  std::optional<std::chrono::steady_clock::time_point> deadline =
      {};                           // the earlier of the two counts
  std::stop_token stop = {};        // a request to stop ends the call with `cancelled`
  std::optional<Retry> retry = {};  // instead of Settings::retry
  // The caller's place in a trace, for Context::traceparent: as in the HTTP header of W3C Trace
  // Context, 00-<32 hex digits>-<16 hex digits>-<2 hex digits> in lower case, neither id all zeros;
  // another one is an Error (invalid_argument). Empty: none, or that of a Request which has the
  // parameter "traceparent". Request::parameters reach the model as they are, either way.
  std::string traceparent = {};
};

}  // namespace inferpool
