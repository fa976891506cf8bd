// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>

#include <inferpool/detail/traced_options.hpp>

#include "catch.hpp"

namespace inferpool::detail {
namespace {

TEST_CASE("the parameter of a request counts where its options have no traceparent") {
  Request request;
  InferOptions options;
  const auto effective = [&] {
    const TracedOptions traced(options, request);
    return std::string(static_cast<const InferOptions&>(traced).traceparent.text());
  };
  CHECK(effective().empty());
  request.parameters["traceparent"] = "from the request";
  CHECK(effective() == "from the request");
  options.traceparent = "from the options";
  CHECK(effective() == "from the options");
  options.traceparent = {};
  request.parameters["traceparent"] = std::int64_t{7};
  CHECK(effective() == "7");
}

TEST_CASE("options with the traceparent of a request are otherwise those of the caller") {
  using namespace std::chrono_literals;
  const std::stop_source stop;
  const InferOptions options{.timeout = 5ms, .stop = stop.get_token(), .retry = Retry::kAlways};
  Request request;
  request.parameters["traceparent"] = "from the request";
  const TracedOptions traced(options, request);
  const InferOptions& effective = traced;
  CHECK(effective.timeout == options.timeout);
  CHECK(effective.stop == options.stop);
  CHECK(effective.retry == options.retry);
  CHECK(effective.traceparent.text() == "from the request");
  CHECK(options.traceparent.empty());
}

TEST_CASE("options for a value that is not a request are the caller's own") {
  const InferOptions options;
  const TracedOptions traced(options, 5);
  CHECK(&static_cast<const InferOptions&>(traced) == &options);
}

}  // namespace
}  // namespace inferpool::detail
