// SPDX-License-Identifier: Apache-2.0
// Workers write nonsense over all memory that they can write (workers/chaos_worker.cpp), while
// callers use every verb. Each call must end once and in time, with a readable answer or a typed
// error. The host must come to no harm and keep nothing.
#include <condition_variable>
#include <iostream>
#include <map>
#include <random>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/processes.hpp"
#include "integration/soak.hpp"
#include "workers/orders.hpp"

namespace inferpool::test {
namespace {

constexpr auto kTimeout = 50ms;    // timeout of most calls
constexpr auto kHangTimeout = 1s;  // hang_timeout of the pool
constexpr auto kLateBy = 10s;  // more than any call may be late, on a machine that has much to do

// Counts how calls ended. Thread-safe.
class Ends {
 public:
  void asked() {
    const std::lock_guard lock(mutex_);
    ++asked_;
  }
  void ended(const Result<Tensor>& result) { result ? answered(*result) : failed(result.error()); }
  // The answer may contain anything, but all of it must be readable, and as large as it says.
  void answered(const Tensor& value) {
    look_at(value);
    const std::lock_guard lock(mutex_);
    ++answers_;
  }
  void failed(const Error& error) {
    static constexpr std::array kNever = {ErrorCode::kInvalidSettings, ErrorCode::kStartupFailed,
                                          ErrorCode::kStopped, ErrorCode::kPoisonedRequest};
    const std::lock_guard lock(mutex_);
    ++errors_[error.code()];
    if (std::ranges::find(kNever, error.code()) != kNever.end()) wrong_ = error.what();
  }
  void look_at(const Tensor& value) {
    std::uint64_t sum = 0;
    for (const std::byte byte : value.bytes()) sum += std::to_integer<std::uint64_t>(byte);
    const std::lock_guard lock(mutex_);
    sum_ += sum;
    if (value.datatype() == Datatype::kInt64 &&
        value.bytes().size() != 8 * value.values<std::int64_t>().size())
      wrong_ = "a tensor that is not as large as it says";
  }
  void took(std::chrono::steady_clock::duration time, const std::string& verb) {
    const std::lock_guard lock(mutex_);
    longest_ = std::max(longest_, time);
    if (time > kLateBy) wrong_ = "a call by " + verb + " took too long";
  }

  struct Sums {
    std::uint64_t asked = 0;
    std::uint64_t answers = 0;
    std::uint64_t errors = 0;
    std::string text = {};
    std::string wrong = {};
  };
  [[nodiscard]] Sums sums() const {
    const std::lock_guard lock(mutex_);
    Sums sums{asked_, answers_, 0, std::to_string(answers_) + " answered", wrong_};
    for (const auto& [code, count] : errors_) {
      sums.errors += count;
      sums.text += ", " + std::to_string(count) + " " + std::string(name(code));
    }
    const std::chrono::duration<double> longest = longest_;
    sums.text += ", " + std::to_string(longest.count()) + " s at most";
    return sums;
  }

 private:
  mutable std::mutex mutex_;
  std::uint64_t asked_ = 0;
  std::uint64_t answers_ = 0;
  std::uint64_t sum_ = 0;
  std::map<ErrorCode, std::uint64_t> errors_;
  std::chrono::steady_clock::duration longest_{};
  std::string wrong_;
};

class Caller {
 public:
  Caller(Pool<OrderModel>& pool, Ends& ends, unsigned seed)
      : pool_(pool), ends_(ends), random_(seed) {}
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  void call() {
    ends_.asked();
    const auto start = std::chrono::steady_clock::now();
    const auto verb = random_() % 4;
    const Tensor input = make_input(verb == 0);
    InferOptions options;
    if (random_() % 4 != 0) options.timeout = kTimeout;
    if (verb == 0) by_stream(input, options);
    if (verb == 1) keep(pool_.try_infer(input, options));
    if (verb == 2) by_future(input, options);
    if (verb == 3) by_handler(input, options);
    static constexpr std::array kVerbs = {"infer_stream", "try_infer", "submit", "async_infer"};
    ends_.took(std::chrono::steady_clock::now() - start, kVerbs[verb]);
    if (held_.size() > 20) held_.clear();
  }
  void end() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [&] { return open_ == 0; });
    held_.clear();
  }

 private:
  Tensor make_input(bool streams) {
    Order order{.id = static_cast<std::int64_t>(random_() % 1'000'000)};
    order.elements = random_() % 2 == 0 ? 10 : 4'000;
    order.parts = streams ? static_cast<std::int64_t>(random_() % 4) : 0;
    order.in_place = static_cast<std::int64_t>(random_() % 2);
    const auto words = static_cast<std::int64_t>(kOrderWords + random_() % 60 * (random_() % 60));
    Tensor input(Datatype::kInt64, {words});
    write_order(order, input.mutable_values<std::int64_t>());
    return input;
  }
  void keep(const Result<Tensor>& result) {
    ends_.ended(result);
    if (result && random_() % 8 == 0) held_.push_back(*result);
    if (!held_.empty() && random_() % 16 == 0) ends_.look_at(held_.front());
  }
  void by_stream(const Tensor& input, const InferOptions& options) {
    int seen = 0;
    try {
      std::optional<Tensor> last;
      const auto take = [&](Tensor part) {
        ends_.look_at(part);
        last = std::move(part);
        return ++seen < 50;
      };
      pool_.infer_stream(input, take, options);
      keep(last ? *last : input);
    } catch (const Error& error) {
      ends_.failed(error);
    }
  }
  void by_future(const Tensor& input, const InferOptions& options) {
    try {
      keep(pool_.submit(input, options).get());
    } catch (const Error& error) {
      ends_.failed(error);
    }
  }
  void by_handler(const Tensor& input, const InferOptions& options) {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [&] { return open_ < 16; });
    ++open_;
    lock.unlock();
    pool_.async_infer(input, options, [this](const Result<Tensor>& result) {
      ends_.ended(result);
      const std::lock_guard locked(mutex_);  // once unlocked, this may be gone
      --open_;
      ended_.notify_all();
    });
  }

  Pool<OrderModel>& pool_;
  Ends& ends_;
  std::mt19937_64 random_;
  std::vector<Tensor> held_;
  std::mutex mutex_;
  std::condition_variable ended_;
  int open_ = 0;
};

Settings chaos_settings(unsigned seed) {
  Settings settings = settings_for("chaos_worker", 3);
  settings.extra = R"({"seed": ")" + std::to_string(seed) + R"("})";
  settings.concurrency = static_cast<int>(1 + seed % 4);
  settings.shared_memory_limit = 24 * kMiB;
  settings.cancel_grace = 100ms;
  settings.hang_timeout = kHangTimeout;
  settings.drain_timeout = 1s;
  settings.copy_outputs = seed % 3 == 0;
  settings.poison_memory = 0s;
  settings.restart_backoff.first = 1ms;
  settings.restart_backoff.limit = 5ms;
  settings.restart_backoff.breaker = 1000;
  settings.worker_output.kind = WorkerOutput::Kind::kCapture;
  settings.start_in_background = true;
  settings.core_dumps = false;
  return settings;
}

// Returns when every call has ended. A call that hangs ends the process, since nothing else can.
void rage(Pool<OrderModel>& pool, Ends& ends, unsigned seed) {
  constexpr unsigned kCallers = 4;
  std::atomic<bool> over{false};
  std::atomic<unsigned> left{kCallers};
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < kCallers; ++i) {
    threads.emplace_back([&, i] {
      Caller caller(pool, ends, seed * 100 + i);
      while (!over) caller.call();
      caller.end();
      --left;
    });
  }
  static_cast<void>(eventually([&] { return !ends.sums().wrong.empty(); }, soak_time()));
  over = true;
  if (eventually([&] { return left == 0; }, 60s)) return;
  std::cerr << "a call hangs: seed " << seed << '\n';
  std::abort();
}

TEST_CASE(
    "whatever workers write over all that they can write, each call ends in time and once, and the "
    "host comes to no harm") {
  const unsigned seed = soak_seed();
  CAPTURE(seed);
  const Footprint before;
  {
    Pool<OrderModel> pool(chaos_settings(seed));
    Ends ends;
    rage(pool, ends, seed);
    const Ends::Sums sums = ends.sums();
    std::cout << "seed " << seed << ": " << sums.text << "; " << pool.stats().deaths
              << " workers ended\n";
    REQUIRE(sums.wrong == "");
    CHECK(eventually([&] { return pool.stats().payload_in_flight == 0; }));
    const Stats stats = pool.stats();
    CHECK(stats.requests == sums.asked);
    CHECK(stats.succeeded == sums.answers);
    CHECK(stats.failed == sums.errors);
    CHECK(stats.in_flight == 0);
    CHECK(stats.deaths > 0);
    CHECK(sums.answers > 0);
    CHECK(sums.errors > 0);
    const auto start = std::chrono::steady_clock::now();
    pool.close();
    CHECK(std::chrono::steady_clock::now() - start < kLateBy);
  }
  CHECK(eventually([&] { return Footprint() == before; }));
}

}  // namespace
}  // namespace inferpool::test
