// SPDX-License-Identifier: Apache-2.0
#include "wire/reply.hpp"

#include <stdexcept>
#include <string>

#include "catch.hpp"
#include "unit/wire/memory_blocks.hpp"

namespace inferpool::wire {
namespace {

using inferpool::test::contains;

// What the caller gets for an exception that `thrower` throws in a worker.
template <typename F>
std::optional<Error> reply_for(F&& thrower) {
  test::MemoryBlocks blocks(1 << 20);
  detail::FrameBuffer frame;
  Encoder encoder(frame, blocks, 1 << 20);
  try {
    thrower();
  } catch (...) {
    encode_failure(encoder);
  }
  Decoder decoder(frame.bytes(), blocks);
  auto error = decode_failure(decoder, 42);
  decoder.finish();
  return error;
}

TEST_CASE("A4: an exception of the model arrives with its type and text") {
  const auto error = reply_for([] { throw std::out_of_range("row 7 of 3"); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::kModelFailed);
  CHECK(error->details().exception_type == "std::out_of_range");
  CHECK(error->details().exception_text == "row 7 of 3");
  CHECK(error->details().request_id == 42);
  CHECK(std::string(error->what()) ==
        "model_failed: the model threw std::out_of_range: row 7 of 3");
}

TEST_CASE("an exception that is not a std::exception arrives with its type") {
  const auto error = reply_for([] { throw 7; });
  REQUIRE(error);
  CHECK(error->details().exception_type == "int");
  CHECK(error->details().exception_text.empty());
}

TEST_CASE("what a model refuses to take arrives as invalid_argument, with the model's words") {
  const auto argument =
      reply_for([] { throw Error(ErrorCode::kInvalidArgument, "FP32 is wanted"); });
  REQUIRE(argument);
  CHECK(argument->code() == ErrorCode::kInvalidArgument);
  CHECK(std::string(argument->what()) == "invalid_argument: FP32 is wanted");
  CHECK(argument->details().phase == Phase::kRunning);
  CHECK(argument->details().request_id == 42);
}

TEST_CASE("a long refusal is cut as other texts of a model are") {
  const auto argument = reply_for([] {
    throw Error(ErrorCode::kInvalidArgument, std::string(2 * core::kMaxFailureText, 'x'));
  });
  REQUIRE(argument);
  CHECK_THAT(argument->what(), contains("... (cut: the first "));
  CHECK(std::string_view(argument->what()).size() < core::kMaxFailureText + 100);
}

TEST_CASE("running out of shared memory keeps its code, and other errors of ours are the model's") {
  const auto memory =
      reply_for([] { throw Error(ErrorCode::kOutOfMemory, "raise shared_memory_limit"); });
  REQUIRE(memory);
  CHECK(memory->code() == ErrorCode::kOutOfMemory);
  CHECK(std::string(memory->what()) == "out_of_memory: raise shared_memory_limit");
  const auto queue =
      reply_for([] { throw Error(ErrorCode::kQueueFull, "of a pool in the model"); });
  REQUIRE(queue);
  CHECK(queue->code() == ErrorCode::kModelFailed);
  CHECK_THAT(queue->what(), contains("of a pool in the model"));
}

TEST_CASE("an answer is no failure, and its value follows") {
  test::MemoryBlocks blocks(1 << 20);
  detail::FrameBuffer frame;
  Encoder encoder(frame, blocks, 1 << 20);
  encoder.put(ReplyKind::kAnswer);
  encoder.put(std::uint32_t{99});
  Decoder decoder(frame.bytes(), blocks);
  CHECK_FALSE(decode_failure(decoder, 1));
  CHECK(decoder.take<std::uint32_t>() == 99);
}

TEST_CASE("a part and an end are known by their first byte, and are nobody's answer") {
  test::MemoryBlocks blocks(1 << 20);
  const auto frame_of = [&](ReplyKind kind, int bytes) {
    detail::FrameBuffer frame;
    Encoder encoder(frame, blocks, 1 << 20);
    encoder.put(kind);
    for (int i = 0; i < bytes; ++i) encoder.put(std::uint8_t{7});
    return frame;
  };
  const detail::FrameBuffer part = frame_of(ReplyKind::kPart, 1);
  Decoder decoder(part.bytes(), blocks);
  CHECK_NOTHROW(take_part(decoder));
  CHECK(decoder.take<std::uint8_t>() == 7);
  for (const ReplyKind kind : {ReplyKind::kAnswer, ReplyKind::kModelFailed, ReplyKind::kEnd}) {
    const detail::FrameBuffer frame = frame_of(kind, 1);
    Decoder other(frame.bytes(), blocks);
    CHECK_THROWS_AS(take_part(other), detail::Malformed);
  }
  CHECK(is_end(frame_of(ReplyKind::kEnd, 0).bytes()));
  CHECK_FALSE(is_end(frame_of(ReplyKind::kEnd, 1).bytes()));
  CHECK_FALSE(is_end(frame_of(ReplyKind::kAnswer, 0).bytes()));
  CHECK_FALSE(is_end({}));
  for (const ReplyKind kind : {ReplyKind::kPart, ReplyKind::kEnd}) {
    const detail::FrameBuffer frame = frame_of(kind, 0);
    Decoder other(frame.bytes(), blocks);
    CHECK_THROWS_AS(decode_failure(other, 1), detail::Malformed);
  }
}

TEST_CASE("a reply of an unknown kind, and a code that no worker may send, are malformed") {
  test::MemoryBlocks blocks(1 << 20);
  detail::FrameBuffer frame;
  Encoder encoder(frame, blocks, 1 << 20);
  SECTION("kind") { encoder.put(std::uint8_t{77}); }
  SECTION("nothing at all") {}
  SECTION("code") {
    encoder.put(ReplyKind::kRefused);
    encoder.put(ErrorCode::kStopped);
    encoder.put_string("not yours to say");
  }
  Decoder decoder(frame.bytes(), blocks);
  CHECK_THROWS_AS(decode_failure(decoder, 1), detail::Malformed);
}

}  // namespace
}  // namespace inferpool::wire
