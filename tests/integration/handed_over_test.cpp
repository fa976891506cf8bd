// SPDX-License-Identifier: Apache-2.0
// An asynchronous call may end before the function that made it has returned, and its handler may
// cause the pool's destruction. So that function must not touch the pool any more.
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <thread>

#include <inferpool/asio.hpp>

#ifdef BOOST_ASIO_HAS_CO_AWAIT
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#endif
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "shims/held_unlock.hpp"

namespace inferpool::test {
namespace {

// Other calls keep the completing thread awake, so it finds calls for which it was not woken.
class OtherCalls {
 public:
  explicit OtherCalls(Pool<Actor>& pool)
      : thread_([&pool, this] {
          while (!stop_) pool.submit(act("echo")).get();
        }) {}
  OtherCalls(const OtherCalls&) = delete;
  OtherCalls& operator=(const OtherCalls&) = delete;
  ~OtherCalls() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

struct OwnedPool {
  std::unique_ptr<Pool<Actor>> pool = std::make_unique<Pool<Actor>>(actor_settings(1));
  std::unique_ptr<OtherCalls> others = std::make_unique<OtherCalls>(*pool);
  std::atomic<bool> gone{false};

  void destroy() {
    others.reset();
    pool.reset();
    gone = true;
  }
};

TEST_CASE("a thread that the handler tells may destroy the pool before async_infer has returned",
          "[H4]") {
  OwnedPool owned;
  std::promise<bool> told;
  std::thread owner([&] {
    CHECK(told.get_future().get());
    owned.destroy();
  });
  {
    const HeldUnlock held(owned.gone);
    owned.pool->async_infer(act("echo"), {},
                            [&](const Result<Response>& result) { told.set_value(!!result); });
  }
  owner.join();
}

#ifdef BOOST_ASIO_HAS_CO_AWAIT

boost::asio::awaitable<void> use(OwnedPool& owned, std::unique_ptr<HeldUnlock>& held) {
  const Request request = act("echo");
  held = std::make_unique<HeldUnlock>(owned.gone);
  static_cast<void>(co_await async_infer(*owned.pool, request));
  owned.destroy();
}

TEST_CASE("a coroutine may destroy its pool while the thread that it left is in async_infer",
          "[H4]") {
  boost::asio::io_context loop;
  OwnedPool owned;
  std::unique_ptr<HeldUnlock> held;
  boost::asio::co_spawn(loop, use(owned, held), boost::asio::detached);
  std::thread second([&] { loop.run(); });  // one thread begins the call, the other goes on with it
  loop.run();
  second.join();
  CHECK(owned.gone);
}

#endif

}  // namespace
}  // namespace inferpool::test
