// SPDX-License-Identifier: Apache-2.0
// What a block costs on its way, in addition to a round trip. Built and bounded as in
// ring_cost_test.cpp.
#include "catch.hpp"
#include "unit/ipc/stated_cost.hpp"

#if defined(INFERPOOL_NO_STEPS)

TEST_CASE("a block takes no more instructions than it did") {
  CHECK(inferpool::test::skipped_without_steps());
}

#else

#include <semaphore>
#include <thread>

#include "ipc/request_region.hpp"
#include "ipc/request_view.hpp"
#include "unit/ipc/reply_ends.hpp"

namespace inferpool::ipc {
namespace {

using detail::BlockRef;
using detail::StorageRef;
using test::check;
using test::Cost;
using test::cost_of;

// As in ring_cost_test.cpp: locked ones are exact.
// The region's mutex twice.
constexpr Cost kLoan{.instructions = 280, .locked = 2};
// The request's reference to the loan, taken and dropped.
constexpr Cost kSend{.instructions = 100, .locked = 2};
// The region's mutex twice.
constexpr Cost kDropLoan{.instructions = 240, .locked = 2};
// In the worker: the request's reference to the view, taken and dropped.
constexpr Cost kInput{.instructions = 240, .locked = 2};
// The mutex of the replies twice, and the reply's reference to the block.
constexpr Cost kHold{.instructions = 540, .locked = 3};
// A lease is taken (its place, the use of the memory, the bytes), and the reader leaves it to the
// view.
constexpr Cost kOutput{.instructions = 310, .locked = 4};
// The bytes, the place and the use of the memory are given back.
constexpr Cost kDropOutput{.instructions = 100, .locked = 3};

// In a process with one thread, locks take no locked instruction; a pool has more threads.
class OtherThread {
 public:
  ~OtherThread() { end_.release(); }

 private:
  std::binary_semaphore end_{0};
  std::jthread thread_{[this] { end_.acquire(); }};
};

// A loan goes to the worker, and an output that the model made before comes back, in steps. Both
// ends are in one thread.
class Blocks {
 public:
  struct Costs {
    Cost loan, send, input, hold, output, drop_output, drop_loan;
  };

  Costs round_trip() {
    Costs costs;
    StorageRef loan;
    costs.loan = cost_of([&] { loan = region_->allocate(kSize); });
    BlockList held;
    RequestBlocks sent(*region_, held);
    BlockRef ref;
    costs.send = cost_of([&] {
      ref = sent.store({loan->data(), kSize}, loan);
      held.clear();
    });
    costs.input = cost_of([&] {
      view_.open(ref, true);
      view_.detach();
    });
    ReplyArena::Ticket ticket;
    costs.hold = cost_of([&] {
      BlockList reply;
      reply.push_back(premade_);
      ticket = ends_.arena->hold(std::move(reply));
    });
    StorageRef output;
    costs.output = cost_of([&] {
      ReplyBlocks reply(*ends_.host, {.ticket = ticket.index, .generation = ticket.generation},
                        false, ends_.host->reply_bytes());
      output = reply.open(test::named(premade_), true);
    });
    REQUIRE(ends_.views(output));
    costs.drop_output = cost_of([&] { output = {}; });
    costs.drop_loan = cost_of([&] { loan = {}; });
    return costs;
  }

 private:
  static constexpr std::size_t kSize = 64 * 1024;
  OtherThread other_;
  std::shared_ptr<RequestRegion> region_ = RequestRegion::create(1 << 20);
  MemoryFile file_ = MemoryFile::adopt(region_->read_only(), region_->size());
  Mapping requests_{file_, Access::kReadOnly};
  RequestView view_{requests_};
  test::ReplyEnds ends_;
  StorageRef premade_ = ends_.arena->allocate(kSize);
};

TEST_CASE("a block takes no more instructions than it did") {
  if (test::skipped_without_steps()) return;
  Blocks blocks;
  for (int i = 0; i < 3; ++i) blocks.round_trip();  // binds each function, fills the free lists
  const Blocks::Costs costs = blocks.round_trip();
  check("loan", costs.loan, kLoan);
  check("send", costs.send, kSend);
  check("input", costs.input, kInput);
  check("hold", costs.hold, kHold);
  check("output", costs.output, kOutput);
  check("drop the output", costs.drop_output, kDropOutput);
  check("drop the loan", costs.drop_loan, kDropLoan);
}

}  // namespace
}  // namespace inferpool::ipc

#endif
