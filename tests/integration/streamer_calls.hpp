// SPDX-License-Identifier: Apache-2.0
// Pools of streamer_worker, which sends the parts that a script lists.
#pragma once

#include <chrono>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <inferpool/pool.hpp>

#include "catch.hpp"
#include "integration/eventually.hpp"
#include "integration/faulty_calls.hpp"
#include "workers/streamer.hpp"

namespace inferpool::test {

using StreamingPool = Pool<Streamer>;

inline Settings streaming_settings(int workers = 1) {
  Settings settings = faulty_settings(workers);
  settings.worker = "streamer_worker";
  return settings;
}

// The number that all elements of a part have; -1: they differ.
inline std::int64_t number_of(const Tensor& part) {
  const auto values = part.values<std::int64_t>();
  for (const std::int64_t value : values) {
    if (value != values.front()) return -1;
  }
  return values.empty() ? 0 : values.front();
}

using Numbers64 = std::vector<std::int64_t>;

inline Numbers64 one_to(std::int64_t last) {
  Numbers64 numbers(static_cast<std::size_t>(last));
  std::iota(numbers.begin(), numbers.end(), 1);
  return numbers;
}

// How a stream went.
struct Streamed {
  Numbers64 numbers = {};  // of its parts
  std::optional<Error> error = {};
};

template <typename P>
Streamed stream(P& pool, const Script& script, const InferOptions& options = {}) {
  Streamed streamed;
  try {
    pool.infer_stream(
        script, [&](const Tensor& part) { streamed.numbers.push_back(number_of(part)); }, options);
  } catch (const Error& error) {
    streamed.error = error;
  }
  return streamed;
}

}  // namespace inferpool::test
