// SPDX-License-Identifier: Apache-2.0
// The smallest and the largest value of each number and duration in the settings, and those beyond.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <inferpool/settings.hpp>

#include "core/byte_size.hpp"
#include "core/format.hpp"
#include "settings/duration.hpp"

namespace inferpool::test {

using namespace std::chrono_literals;

inline constexpr Duration kTenYears = std::chrono::hours(24 * 3650), kNanosecond = 1ns;

// A value of a field.
struct Extreme {
  std::string written;                      // as JSON
  std::function<void(Settings&)> set = {};  // null: Settings cannot hold it
  bool accepted = false;
};

struct Field {
  std::string name;
  std::string path;
  std::vector<Extreme> extremes;
};

template <typename Set, typename Value>
std::function<void(Settings&)> setting(Set set, Value value) {
  return [=](Settings& settings) { set(settings, value); };
}

template <typename Set>
Field durations(const std::string& name, Duration least, Duration most, Set set) {
  Field field{name, "pool." + name, {}};
  for (const Duration value : {Duration::min(), -kNanosecond, Duration::zero(), kNanosecond, most,
                               most + kNanosecond, Duration::max()}) {
    field.extremes.push_back({core::formatted("\"{}\"", settings::print_duration(value)),
                              setting(set, value), value >= least && value <= most});
  }
  for (const char* text : {"1e30", "-1e30", "\"1e30s\"", "\"9223372036854775808ns\"",
                           "\"9223372036854775807h\"", "\"inf\"", "\"nan\"", "\"\"", "\"s\"", "{}"})
    field.extremes.push_back({text});
  return field;
}

template <typename Set>
Field numbers(const std::string& name, const std::string& path, int least, int most, Set set) {
  Field field{name, path, {}};
  for (const int value : std::set<int>{std::numeric_limits<int>::min(), -1, 0, least, most,
                                       most + 1, std::numeric_limits<int>::max()}) {
    field.extremes.push_back(
        {std::to_string(value), setting(set, value), value >= least && value <= most});
  }
  for (const char* text : {"1e30", "-1e30", "0.5", "2147483648", "-2147483649",
                           "9223372036854775808", "18446744073709551616", "\"\"", "true"})
    field.extremes.push_back({text});
  return field;
}

template <typename Set>
Field sizes(const std::string& name, std::uint64_t least, std::uint64_t most, Set set) {
  Field field{name, "pool." + name, {}};
  for (const std::uint64_t value : std::set<std::uint64_t>{
           0, 1, least - 1, least, most, most + 1, std::numeric_limits<std::uint64_t>::max()}) {
    field.extremes.push_back(
        {std::to_string(value), setting(set, value), value >= least && value <= most});
  }
  for (const char* text : {"-1", "1e30", "0.5", "18446744073709551616",
                           "\"18446744073709551615TiB\"", "\"1e3MiB\"", "\"\"", "\"MiB\"", "true"})
    field.extremes.push_back({text});
  return field;
}

inline std::vector<Field> times() {
  return {
      durations("request_timeout", 0ns, kTenYears,
                [](Settings& s, Duration value) { s.request_timeout = value; }),
      durations("cancel_grace", 0ns, kTenYears,
                [](Settings& s, Duration value) { s.cancel_grace = value; }),
      durations("hang_timeout", 0ns, kTenYears,
                [](Settings& s, Duration value) { s.hang_timeout = value; }),
      durations("startup_timeout", 1ns, kTenYears,
                [](Settings& s, Duration value) { s.startup_timeout = value; }),
      durations("drain_timeout", 1ns, kTenYears,
                [](Settings& s, Duration value) { s.drain_timeout = value; }),
      durations("restart_backoff.first", 1ns, kTenYears,
                [](Settings& s, Duration value) {
                  s.restart_backoff.first = value;
                  s.restart_backoff.limit = std::clamp<Duration>(value, 10s, kTenYears);
                }),
      durations("restart_backoff.limit", 1ns, kTenYears,
                [](Settings& s, Duration value) {
                  s.restart_backoff.limit = value;
                  s.restart_backoff.first = 1ns;
                }),
      durations("poison_memory", 0ns, kTenYears,
                [](Settings& s, Duration value) { s.poison_memory = value; }),
      durations("spin", 0ns, 10ms, [](Settings& s, Duration value) { s.spin = value; }),
      durations("max_worker_age", 1ns, kTenYears,
                [](Settings& s, Duration value) { s.max_worker_age = value; }),
  };
}

inline std::vector<Field> counts() {
  return {
      numbers("workers", "parallel_workers", 0, 1024,
              [](Settings& s, int value) { s.workers = value; }),
      numbers("concurrency", "pool.concurrency", 1, 32,
              [](Settings& s, int value) { s.concurrency = value; }),
      numbers("max_queue_size", "pool.max_queue_size", 0, 1'000'000,
              [](Settings& s, int value) { s.max_queue_size = value; }),
      numbers("restart_backoff.breaker", "pool.restart_backoff.breaker", 1, 1'000'000,
              [](Settings& s, int value) { s.restart_backoff.breaker = value; }),
      numbers("max_requests", "pool.max_requests", 1, 1'000'000'000,
              [](Settings& s, int value) { s.max_requests = value; }),
      numbers("threads_per_worker", "pool.threads_per_worker", 1, 1024,
              [](Settings& s, int value) { s.threads_per_worker = value; }),
  };
}

inline std::vector<Field> memories() {
  return {
      sizes("shared_memory_limit", core::kMiB, 64 * core::kTiB,
            [](Settings& s, std::uint64_t value) { s.shared_memory_limit = value; }),
      sizes("max_payload", 1, 64 * core::kTiB,
            [](Settings& s, std::uint64_t value) { s.max_payload = value; }),
      sizes("max_worker_rss", core::kMiB, 64 * core::kTiB,
            [](Settings& s, std::uint64_t value) { s.max_worker_rss = value; }),
  };
}

inline std::vector<Field> all_fields() {
  std::vector<Field> all;
  for (auto part : {times(), counts(), memories()})
    std::ranges::move(part, std::back_inserter(all));
  return all;
}

// A document with nothing but the value at the field's path, such as "pool.spin".
inline std::string document_with(const Field& field, const std::string& written) {
  std::string document = written;
  for (std::string_view path = field.path; !path.empty();) {
    const std::size_t dot = path.rfind('.');
    const std::string_view name = dot == std::string_view::npos ? path : path.substr(dot + 1);
    document = "{\"" + std::string(name) + "\": " + document + "}";
    path = path.substr(0, dot == std::string_view::npos ? 0 : dot);
  }
  return document;
}

}  // namespace inferpool::test
