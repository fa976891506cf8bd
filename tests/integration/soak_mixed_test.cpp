// SPDX-License-Identifier: Apache-2.0
// All verbs run at once, while workers are killed and calls are cancelled. This takes 10 s, or as
// many seconds as the environment variable INFERPOOL_SOAK_SECONDS says.
#include <inferpool/asio.hpp>

#include <signal.h>

#include <atomic>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <random>
#include <thread>
#ifdef BOOST_ASIO_HAS_CO_AWAIT
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#endif

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/processes.hpp"
#include "integration/soak.hpp"
#include "integration/soak_ledger.hpp"
#include "workers/echo.hpp"

namespace inferpool::test {
namespace {

namespace asio = boost::asio;

// Stop tokens whose stop is requested a little later.
class Canceller {
 public:
  std::stop_token token() {
    const std::lock_guard lock(mutex_);
    return source_.get_token();
  }
  void cancel_all() {
    std::stop_source old;
    {
      const std::lock_guard lock(mutex_);
      std::swap(old, source_);
    }
    old.request_stop();
  }

 private:
  std::mutex mutex_;
  std::stop_source source_;
};

// One of many callers. It chooses its calls and judges how they end.
class Asker {
 public:
  struct Question {
    SoakCall call = {};
    Tensor input = {};
    InferOptions options = {};
  };

  Asker(SoakLedger& ledger, Canceller& canceller, unsigned seed)
      : ledger_(ledger), canceller_(canceller), random_(seed) {}

  Question ask() {
    // Sizes of payloads in the slot, in the frame's block, copied out, and viewed.
    static constexpr std::array<std::int64_t, 5> kCounts = {1, 60, 300, 2'000, 25'000};
    Question question{.input = floats(kCounts[random_() % kCounts.size()],
                                      static_cast<float>(random_() % 1'000'000))};
    if (random_() % 8 == 0) {
      question.call.cancelled = true;
      question.options.stop = canceller_.token();
    }
    if (random_() % 16 == 0) {
      question.call.timed = true;
      question.options.timeout = std::chrono::microseconds(random_() % 2'000);
    }
    return question;
  }

  void judge(const Question& question, const Result<Tensor>& result) {
    if (!result) return ledger_.failed(question.call, result.error());
    if (*result != question.input)
      return ledger_.wrong("an answer has other content than was sent");
    ledger_.answered();
  }

 private:
  SoakLedger& ledger_;
  Canceller& canceller_;
  std::mt19937 random_;
};

struct Storm {
  Pool<Echo>& pool;
  SoakLedger& ledger;
  Canceller canceller = {};
  std::atomic<bool> over{false};
  std::atomic<int> chains{0};  // handlers and coroutines that make further calls

  void by_infer(unsigned seed) {
    Asker asker(ledger, canceller, seed);
    while (!over.load()) {
      const auto question = asker.ask();
      asker.judge(question, pool.try_infer(question.input, question.options));
    }
  }

  void by_future(unsigned seed) {
    Asker asker(ledger, canceller, seed);
    std::deque<std::pair<Asker::Question, std::future<Tensor>>> open;
    while (!over.load() || !open.empty()) {
      if (!over.load() && open.size() < 8) {
        const auto question = asker.ask();
        open.emplace_back(question, pool.submit(question.input, question.options));
        continue;
      }
      try {
        asker.judge(open.front().first, open.front().second.get());
      } catch (const Error& error) {
        asker.judge(open.front().first, error);
      }
      open.pop_front();
    }
  }

  // Asks again from its own handler.
  void by_handler(std::shared_ptr<Asker> asker) {
    const auto question = asker->ask();
    pool.async_infer(question.input, question.options,
                     [this, asker, question](const Result<Tensor>& result) {
                       asker->judge(question, result);
                       over.load() ? static_cast<void>(--chains) : by_handler(asker);
                     });
  }

#ifdef BOOST_ASIO_HAS_CO_AWAIT
  asio::awaitable<void> by_coroutine(unsigned seed) {
    Asker asker(ledger, canceller, seed);
    while (!over.load()) {
      const auto question = asker.ask();
      std::optional<Error> error;
      try {
        asker.judge(question, co_await async_infer(pool, question.input, question.options));
      } catch (const Error& thrown) {
        error = thrown;
      }
      if (error) asker.judge(question, *error);
    }
    --chains;
  }
#endif

  void in_loop() {
    asio::io_context loop;
#ifdef BOOST_ASIO_HAS_CO_AWAIT
    for (unsigned i = 0; i < 16; ++i, ++chains)
      asio::co_spawn(loop, by_coroutine(200 + i), asio::detached);
#endif
    loop.run();
  }
};

void kill_one(Pool<Echo>& pool, std::mt19937& random) {
  const std::vector<WorkerStats> workers = pool.stats().workers;
  const WorkerStats& victim = workers[random() % workers.size()];
  if (victim.state == WorkerState::kReady) kill(victim.pid, SIGKILL);
}

// Returns when every call has ended.
void rage(Storm& storm) {
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < 2; ++i) threads.emplace_back([&storm, i] { storm.by_infer(i); });
  for (unsigned i = 0; i < 2; ++i) threads.emplace_back([&storm, i] { storm.by_future(10 + i); });
  threads.emplace_back([&storm] { storm.in_loop(); });
  for (unsigned i = 0; i < 16; ++i, ++storm.chains)
    storm.by_handler(std::make_shared<Asker>(storm.ledger, storm.canceller, 100 + i));
  std::mt19937 random(1);
  const auto end = std::chrono::steady_clock::now() + soak_time();
  const auto next = [&] { return std::chrono::steady_clock::now() >= end; };
  for (int i = 0; !next() && storm.ledger.what_is_wrong().empty(); ++i) {
    (void)eventually(next, 2ms);
    storm.canceller.cancel_all();
    if (i % 15 == 14) kill_one(storm.pool, random);
  }
  storm.over.store(true);
  if (!eventually([&] { return storm.chains.load() == 0; }, 30s))
    storm.ledger.wrong("a call hangs");
}

TEST_CASE(
    "callers by infer, futures, handlers and coroutines lose nothing while workers are killed and "
    "calls are cancelled") {
  const Footprint before;
  {
    Settings settings = settings_for("echo_worker", 4);
    settings.shared_memory_limit = 256 * kMiB;
    settings.cancel_grace = 1s;
    Pool<Echo> pool(settings);
    SoakLedger ledger(false);
    {
      Storm storm{pool, ledger};
      rage(storm);
    }
    INFO(ledger.answers() << " answered, " << ledger.errors(ErrorCode::kWorkerLost) << " lost, "
                          << ledger.errors(ErrorCode::kCancelled) << " cancelled, "
                          << ledger.errors(ErrorCode::kDeadlineExceeded) << " too late, "
                          << pool.stats().deaths << " workers killed");
    REQUIRE(ledger.what_is_wrong() == "");
    CHECK(ledger.errors(ErrorCode::kQueueFull) == 0);
    CHECK(ledger.errors(ErrorCode::kOutOfMemory) == 0);
    CHECK(ledger.answers() > 1000);
    CHECK(ledger.errors(ErrorCode::kCancelled) > 0);
    CHECK(ledger.errors(ErrorCode::kDeadlineExceeded) > 0);
    const Stats stats = pool.stats();
    CHECK(stats.deaths > 0);
    CHECK(ledger.errors(ErrorCode::kWorkerLost) <= stats.deaths);  // it runs one at a time
    CHECK(stats.succeeded == ledger.answers());
    CHECK(stats.failed == ledger.errors());
    CHECK(stats.in_flight == 0);
    CHECK(eventually([&] { return pool.stats().payload_in_flight == 0; }));
    if (std::getenv("INFERPOOL_SOAK_SECONDS") != nullptr)
      WARN(ledger.answers() << " answered, " << ledger.errors() << " failed, " << stats.deaths
                            << " workers killed");
  }
  CHECK(eventually([&] { return Footprint() == before; }));
}

}  // namespace
}  // namespace inferpool::test
