// SPDX-License-Identifier: Apache-2.0
// Closing in places that are easily forgotten: while an exception propagates, and in a callback of
// the pool itself.
#include <atomic>
#include <thread>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

// Blocking and submitted calls that run until the pool closes.
class UnderWay {
 public:
  UnderWay(FaultyPool& pool, const ScratchFolder& folder) {
    const std::string blocking = folder / "blocking";
    thread_ = std::jthread([&pool, blocking, this] {
      blocked_ = error_of(pool.try_infer(command(Deed::kSleepForever, blocking))).code();
    });
    if (!eventually([&] { return exists(blocking); })) throw std::runtime_error("it did not begin");
    for (int i = 0; i < 3; ++i) futures_.push_back(pool.submit(command(Deed::kSleepForever)));
  }

  // Afterwards the blocking call has left the pool.
  void join() { thread_.join(); }

  [[nodiscard]] std::vector<ErrorCode> ends() {
    std::vector<ErrorCode> codes{blocked_};
    for (auto& future : futures_) codes.push_back(error_of(future).code());
    return codes;
  }

 private:
  ErrorCode blocked_ = {};
  std::jthread thread_;
  std::vector<std::future<Report>> futures_;
};

Settings short_settings() {
  Settings settings = faulty_settings(2);
  settings.drain_timeout = 200ms;
  return settings;
}

const std::vector<ErrorCode> kAllStopped(4, ErrorCode::kStopped);

}  // namespace

TEST_CASE(
    "A pool that is closed while an exception flies ends its calls, and the exception goes on") {
  const Footprint before;
  const ScratchFolder folder;
  {
    FaultyPool pool(short_settings());
    UnderWay calls(pool, folder);
    struct Closes {
      FaultyPool& pool;
      ~Closes() { pool.close(); }
    };
    try {
      const Closes closes{pool};
      throw std::runtime_error("the host's own");
    } catch (const std::runtime_error& error) {
      CHECK(error.what() == std::string("the host's own"));
    }
    CHECK(calls.ends() == kAllStopped);
  }
  CHECK(Footprint() == before);
}

TEST_CASE(
    "A pool that is destroyed by an exception, while another thread closes it, leaves nothing") {
  const Footprint before;
  const ScratchFolder folder;
  std::optional<UnderWay> calls;
  try {
    FaultyPool pool(short_settings());
    calls.emplace(pool, folder);
    // The call of the other thread must end before the pool is destroyed.
    struct Joins {
      UnderWay& calls;
      std::jthread closer;
      ~Joins() {
        calls.join();
        closer.join();
      }
    };
    const Joins joins{*calls, std::jthread([&] { pool.close(); })};
    throw std::runtime_error("the host's own");
  } catch (const std::runtime_error& error) {
    CHECK(error.what() == std::string("the host's own"));
  }
  CHECK(calls->ends() == kAllStopped);
  calls.reset();
  CHECK(Footprint() == before);
}

TEST_CASE("A pool that is destroyed by an exception while submitted calls run ends them") {
  const Footprint before;
  std::vector<std::future<Report>> futures;
  try {
    FaultyPool pool(short_settings());
    for (int i = 0; i < 6; ++i) futures.push_back(pool.submit(command(Deed::kSleepForever)));
    throw std::runtime_error("the host's own");
  } catch (const std::runtime_error& error) {
    CHECK(error.what() == std::string("the host's own"));
  }
  for (auto& future : futures) CHECK(error_of(future).code() == ErrorCode::kStopped);
  CHECK(Footprint() == before);
}

TEST_CASE(
    "A close in on_event only refuses new calls, and a later close closes the pool as usual") {
  const Footprint before;
  std::atomic<FaultyPool*> subject = nullptr;
  std::atomic<int> closed = 0;
  Settings settings = faulty_settings(2);
  settings.on_event = [&](const Event& event) {
    if (event.kind != EventKind::kDied && event.kind != EventKind::kStopped) return;
    subject.load()->close();
    ++closed;
  };
  {
    FaultyPool pool(settings);
    subject = &pool;
    REQUIRE(::kill(pool.stats().workers[0].pid, SIGKILL) == 0);
    REQUIRE(eventually([&] { return closed == 1; }));
    CHECK(error_of(pool.try_infer(command(Deed::kAnswer))).code() == ErrorCode::kStopped);
    pool.close();
    CHECK(closed == 2);
    CHECK(pool.health().state == PoolState::kStopped);
  }
  CHECK(closed == 2);
  CHECK(Footprint() == before);
}
