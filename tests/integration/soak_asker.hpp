// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include <inferpool/pool.hpp>

#include "integration/soak_ledger.hpp"
#include "workers/orders.hpp"

namespace inferpool::test {

// One of many callers of a soak test. It makes calls with all verbs in random order and compares
// each answer. It keeps some answers and compares them again later, when their workers may have
// died. One thread uses it.
class SoakAsker {
 public:
  SoakAsker(Pool<OrderModel>& pool, SoakLedger& ledger, unsigned seed)
      : pool_(pool), ledger_(ledger), random_(seed) {}
  SoakAsker(const SoakAsker&) = delete;
  SoakAsker& operator=(const SoakAsker&) = delete;

  // Makes one call. `alone`: waits for its end, whatever the verb is.
  void ask(bool alone);
  // Waits for all open calls, and compares the answers that it keeps.
  void end();
  // For how many milliseconds it has been waiting for a call; 0: it waits for none.
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
  std::mutex mutex_;  // guards handlers_, the number of handlers not called yet
  std::condition_variable called_;
  int handlers_ = 0;
  std::vector<Held> held_;
  std::jthread canceller_;
  std::atomic<std::int64_t> since_{0};  // milliseconds of the clock; 0: it waits for nothing
};

}  // namespace inferpool::test
