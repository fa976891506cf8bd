// SPDX-License-Identifier: Apache-2.0
// What it costs to encode and to decode a small tensor. Host and worker do each once for every
// request. Built and bounded as in unit/ipc/ring_cost_test.cpp.
#include "catch.hpp"
#include "unit/ipc/stated_cost.hpp"

#if defined(INFERPOOL_NO_STEPS)

TEST_CASE("a small tensor takes no more instructions than it did") {
  CHECK(inferpool::test::skipped_without_steps());
}

#else

#include <optional>

#include <inferpool/codec.hpp>

#include "unit/wire/memory_blocks.hpp"

namespace inferpool {
namespace {

using test::check;
using test::Cost;
using test::cost_of;

constexpr Cost kEncode{.instructions = 145, .locked = 0};
constexpr Cost kDecode{.instructions = 530, .locked = 0};

TEST_CASE("a small tensor takes no more instructions than it did") {
  if (test::skipped_without_steps()) return;
  const Tensor tensor = Tensor::scalar(1.5F).reshaped({1});
  for (const bool bound : {false, true}) {  // first binds each function
    test::MemoryBlocks blocks(0);
    detail::FrameBuffer frame;
    Encoder encoder(frame, blocks, 1 << 20);
    const Cost encode = cost_of([&] { encoder.put_tensor(tensor); });
    Decoder decoder(frame.bytes(), blocks);
    std::optional<Tensor> decoded;
    const Cost decode = cost_of([&] { decoded.emplace(decoder.take_tensor()); });
    REQUIRE(*decoded == tensor);
    if (!bound) continue;
    check("encode", encode, kEncode);
    check("decode", decode, kDecode);
  }
}

}  // namespace
}  // namespace inferpool

#endif
