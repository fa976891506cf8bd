// SPDX-License-Identifier: Apache-2.0
#include "worker/sent_parts.hpp"

#include <chrono>

#include <inferpool/codec.hpp>

#include "catch.hpp"
#include "unit/ipc/reply_ends.hpp"
#include "unit/ipc/sleeper.hpp"
#include "wire/reply.hpp"

namespace inferpool::worker {
namespace {

using inferpool::test::contains;

constexpr std::size_t kLimit = 100'000;

// A request that the worker has started, and its host.
struct Run : test::ReplyEnds {
  explicit Run(bool streams = true)
      : sequence(host->ring().post({.call_id = 7, .streams = streams}, wakes)) {
    ring.take();
  }
  void send(std::int64_t number, std::int64_t elements = 1) {
    parts.send([&](Encoder& encoder) {
      Tensor part(Datatype::kInt64, {elements});
      part.mutable_values<std::int64_t>()[0] = number;
      encoder.put_tensor(part);
    });
  }
  // Takes the available part and returns its number.
  std::int64_t take() {
    REQUIRE(host->ring().part_available(sequence));
    const ipc::ReplyHead head = host->ring().head(sequence);
    std::array<std::byte, ipc::kInlineFrame> bytes{};
    host->ring().copy_frame(sequence, bytes);
    host->ring().take_part(sequence, wakes);
    wakes.flush();
    ipc::ReplyBlocks blocks = receive(head);
    Decoder decoder(blocks.frame(bytes), blocks);
    wire::take_part(decoder);
    return decoder.take_tensor().values<std::int64_t>()[0];
  }
  Error refused(std::int64_t elements = 1) {
    try {
      send(1, elements);
    } catch (const Error& error) {
      return error;
    }
    FAIL("it was sent");
    return {ErrorCode::kStopped, ""};
  }

  ipc::WakeList wakes;
  std::uint32_t sequence;
  ipc::WorkerRing ring{control, std::chrono::nanoseconds(0), 1};
  SentParts parts{ring, sequence, *arena, kLimit};
};

TEST_CASE("parts are published one at a time, in the slot or in blocks, as the host takes them") {
  Run run;
  REQUIRE(run.parts.wanted());
  REQUIRE(run.parts.settle());
  for (const std::int64_t elements : {1, 20, 40, 5'000}) {
    run.send(elements, elements);
    REQUIRE(run.take() == elements);
  }
  REQUIRE(run.parts.settle());
}

TEST_CASE("a part waits for the one before it to be taken, and the reply for the last one") {
  Run run;
  run.send(1);
  test::Sleeper sender([&] {
    run.send(2);
    run.parts.settle();
  });
  sender.until_asleep();
  REQUIRE(run.take() == 1);
  while (!run.host->ring().part_available(run.sequence)) std::this_thread::yield();
  sender.until_asleep();
  REQUIRE(run.take() == 2);
  sender.join();
}

TEST_CASE("a part of a run whose caller takes none is refused with the verb that takes them") {
  Run run(false);
  REQUIRE_FALSE(run.parts.wanted());
  const Error error = run.refused();
  REQUIRE(error.code() == ErrorCode::kInvalidArgument);
  REQUIRE_THAT(error.what(), contains("infer_stream"));
  REQUIRE(run.parts.settle());
}

TEST_CASE("a part that is too large or does not fit is refused, and the next one may be sent") {
  Run run;
  REQUIRE(run.refused(kLimit / 8 + 1).code() == ErrorCode::kPayloadTooLarge);
  const detail::StorageRef hog = run.arena->allocate(test::ReplyEnds::kBytes - 4096);
  REQUIRE(run.refused(kLimit / 8).code() == ErrorCode::kOutOfMemory);
  run.send(3);
  REQUIRE(run.take() == 3);
}

TEST_CASE("once the caller has left each send throws, and what it left is the worker's again") {
  Run run;
  run.send(1, 10'000);
  run.host->ring().cancel(run.sequence, run.wakes);
  const ipc::ReplyHead head = run.host->ring().head(run.sequence);
  REQUIRE(run.refused().code() == ErrorCode::kCancelled);
  REQUIRE(run.refused().code() == ErrorCode::kCancelled);
  REQUIRE_FALSE(run.parts.settle());
  REQUIRE_FALSE(run.parts.settle());
  const auto next = run.arena->hold({run.block(100, 1)});
  REQUIRE(next.index == head.ticket);  // nobody has it
  REQUIRE(next.generation == head.generation + 1);
}

TEST_CASE("a part that was taken before the caller left is the host's to give back") {
  Run run;
  run.send(1, 10'000);
  const ipc::ReplyHead head = run.host->ring().head(run.sequence);
  run.host->ring().take_part(run.sequence, run.wakes);
  run.host->ring().cancel(run.sequence, run.wakes);
  REQUIRE(run.parts.settle());
  REQUIRE(run.refused().code() == ErrorCode::kCancelled);
  REQUIRE(run.arena->hold({run.block(100, 1)}).index != head.ticket);
}

}  // namespace
}  // namespace inferpool::worker
