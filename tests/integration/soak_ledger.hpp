// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include <inferpool/error.hpp>
#include <inferpool/tensor.hpp>

#include "workers/orders.hpp"

namespace inferpool::test {

// A call of a soak test: what it asks for, and whether it may time out or be cancelled.
struct SoakCall {
  Order order = {};
  bool timed = false;
  bool cancelled = false;
};

// Counts the ends of all calls, and keeps the first mistake. Thread-safe.
class SoakLedger {
 public:
  // `twice`: a call whose worker ended may run again, and then end as poisoned.
  explicit SoakLedger(bool twice) : twice_(twice) {}

  void asked() { ++asked_; }
  void answered() { ++answered_; }
  void failed(const SoakCall& call, const Error& error);
  void check(const SoakCall& call, std::int64_t part, const Tensor& value);
  void wrong(const std::string& what);

  [[nodiscard]] std::uint64_t asked_so_far() const { return asked_; }
  [[nodiscard]] std::uint64_t answers() const { return answered_; }
  [[nodiscard]] std::uint64_t errors(std::optional<ErrorCode> code = {}) const;
  [[nodiscard]] std::string what_is_wrong() const;
  // "12 worker_lost, 3 cancelled"
  [[nodiscard]] std::string errors_by_code() const;

 private:
  [[nodiscard]] bool due(const SoakCall& call, const Error& error) const;

  bool twice_;
  std::atomic<std::uint64_t> asked_{0};
  std::atomic<std::uint64_t> answered_{0};
  mutable std::mutex mutex_;
  std::map<ErrorCode, std::uint64_t> errors_;
  std::string wrong_;
};

}  // namespace inferpool::test
