// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <inferpool/pool.hpp>

#include "workers/orders.hpp"

namespace inferpool::test {

// A call of a soak: what it asks for, and what it does to itself.
struct SoakCall {
  Order order = {};
  bool timed = false;
  bool cancelled = false;
};

// What became of all calls. The first thing that must not be is kept. Thread-safe.
class SoakLedger {
 public:
  // `twice`: a run whose worker ended may be run again, and then be called poisoned.
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

// One of many that ask, by all verbs in random order; each answer is compared, and some are held
// and compared once more later, when their workers may have died. One thread uses it.
class SoakAsker {
 public:
  SoakAsker(Pool<OrderModel>& pool, SoakLedger& ledger, unsigned seed)
      : pool_(pool), ledger_(ledger), random_(seed) {}
  SoakAsker(const SoakAsker&) = delete;
  SoakAsker& operator=(const SoakAsker&) = delete;

  // One call. Alone: waits for its end, whatever the verb is.
  void ask(bool alone);
  // Waits for what is under way, and compares what is held.
  void end();
  // Milliseconds that the call takes so far that this asker waits for; 0: none.
  [[nodiscard]] std::int64_t waits_for() const;

 private:
  struct Question {
    SoakCall call;
    Tensor input;
    InferOptions options;
  };
  struct Held {
    SoakCall call;
    std::int64_t part;
    Tensor value;
  };

  std::int64_t below(std::int64_t limit) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(limit));
  }
  std::optional<Question> question(bool streams);
  Tensor input_for(const Order& order);
  void by_infer(const Question& question, bool throwing);
  void by_future(const Question& question, std::size_t most);
  void by_handler(const Question& question, int most);
  void by_stream(const Question& question);
  void take_future();
  void await_handlers(int most);
  void keep(const SoakCall& call, std::int64_t part, const Tensor& value);

  Pool<OrderModel>& pool_;
  SoakLedger& ledger_;
  std::mt19937_64 random_;
  std::deque<std::pair<SoakCall, std::future<Tensor>>> futures_;
  std::mutex mutex_;  // of the number of handlers that were not called yet
  std::condition_variable called_;
  int handlers_ = 0;
  std::vector<Held> held_;
  std::jthread canceller_;
  std::atomic<std::int64_t> since_{0};  // milliseconds of the clock; 0: waits for nothing
};

}  // namespace inferpool::test
