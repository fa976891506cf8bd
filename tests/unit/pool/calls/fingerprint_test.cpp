// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/fingerprint.hpp"

#include <bit>
#include <functional>
#include <string_view>

#include <inferpool/codec.hpp>

#include "catch.hpp"
#include "ipc/request_region.hpp"
#include "wire/traceparent.hpp"

namespace inferpool::pool::calls {
namespace {

constexpr const char* kTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr const char* kOtherTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b8-01";

constexpr SipHash::Key kKey{{7, 11}};
constexpr SipHash::Key kOtherKey{{7, 12}};

// Requests as they are sent, side by side in one region, so that no two blocks share a place.
class Sender {
 public:
  struct Sent {
    detail::FrameBuffer frame = {};
    ipc::BlockList blocks = {};
  };

  explicit Sender(const SipHash::Key& key = kKey) : key_(key) {}

  template <typename T>
  Fingerprint send(const T& value, std::string_view traceparent = {}) {
    Sent& sent = sent_.emplace_back();
    wire::put_trace(sent.frame, traceparent);
    ipc::RequestBlocks blocks(*region_, sent.blocks);
    Encoder encoder(sent.frame, blocks, std::size_t{1} << 30);
    Codec<T>::encode(encoder, value);
    // As RingProtocol does if a frame is too large for a slot.
    if (sent.frame.bytes().size() > detail::kInlineFrame) blocks.store(sent.frame.bytes(), {});
    return {.size = input_size(sent.frame, sent.blocks),
            .hash = input_hash(sent.frame, sent.blocks, key_)};
  }

  Tensor loan(std::int64_t count, float value) {
    const auto bytes = static_cast<std::size_t>(count) * sizeof(float);
    Tensor tensor =
        detail::TensorAccess::make(Datatype::kFp32, {count}, region_->allocate(bytes), bytes);
    std::ranges::fill(tensor.mutable_values<float>(), value);
    return tensor;
  }

 private:
  SipHash::Key key_;
  std::shared_ptr<ipc::RequestRegion> region_ = ipc::RequestRegion::create(16 << 20);
  std::vector<Sent> sent_;
};

Tensor floats(std::int64_t count, float value) {
  return Tensor::from(std::vector<float>(static_cast<std::size_t>(count), value), {count});
}

TEST_CASE("an input has the same fingerprint wherever its blocks lie, and whoever placed them") {
  Sender sender;
  const std::int64_t count = GENERATE(1, 64, 65, 5000);
  const Fingerprint first = sender.send(floats(count, 3));
  REQUIRE(first == sender.send(floats(count, 3)));
  REQUIRE(first == sender.send(sender.loan(count, 3)));
  REQUIRE(first.size > static_cast<std::uint64_t>(count) * sizeof(float));
}

TEST_CASE("one byte, the shape and the datatype of an input each change its fingerprint") {
  Sender sender;
  const std::int64_t count = GENERATE(2, 6000);
  const Tensor tensor = floats(count, 3);
  const Fingerprint first = sender.send(tensor);
  Tensor other = floats(count, 3);
  other.mutable_values<float>().back() = 4;
  REQUIRE_FALSE(first == sender.send(other));
  REQUIRE_FALSE(first ==
                sender.send(Tensor::copy_bytes(Datatype::kFp32, {1, count}, tensor.bytes())));
  REQUIRE_FALSE(first ==
                sender.send(Tensor::copy_bytes(Datatype::kInt32, {count}, tensor.bytes())));
}

TEST_CASE("another pool, which has another key, gives the same input another fingerprint", "[H8]") {
  const std::int64_t count = GENERATE(1, 5000);
  Sender sender;
  Sender other(kOtherKey);
  const Fingerprint here = sender.send(floats(count, 3));
  const Fingerprint there = other.send(floats(count, 3));
  REQUIRE(here.size == there.size);
  REQUIRE(here.hash != there.hash);
}

// The C++ library's hash of text has no key. Here it is computed backwards.
namespace unkeyed {

constexpr std::uint64_t kFactor = 0xc6a4a7935bd1e995U;

constexpr std::uint64_t inverse(std::uint64_t odd) {
  std::uint64_t x = odd;
  for (int i = 0; i < 6; ++i) x *= 2 - odd * x;
  return x;
}
constexpr std::uint64_t fold(std::uint64_t word) { return word ^ (word >> 47U); }
constexpr std::uint64_t mix(std::uint64_t word) { return fold(word * kFactor) * kFactor; }
constexpr std::uint64_t unmix(std::uint64_t word) {
  return fold(word * inverse(kFactor)) * inverse(kFactor);
}

// Like `victim`, but with another first value, and with a second one that makes up for it.
std::vector<double> like(const std::vector<double>& victim, double first) {
  const auto bits = [](double value) { return std::bit_cast<std::uint64_t>(value); };
  const std::uint64_t start = 0xc70f6907U ^ (victim.size() * sizeof(double) * kFactor);
  const std::uint64_t wanted = (start ^ mix(bits(victim[0]))) * kFactor;
  const std::uint64_t made = (start ^ mix(bits(first))) * kFactor;
  std::vector<double> forged = victim;
  forged[0] = first;
  forged[1] = std::bit_cast<double>(unmix(wanted ^ mix(bits(victim[1])) ^ made));
  return forged;
}

std::size_t hash(const std::vector<double>& values) {
  return std::hash<std::string_view>()(
      {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double)});
}

}  // namespace unkeyed

TEST_CASE("an input that is made to have another's hash without a key has another fingerprint",
          "[H8]") {
  Sender sender;
  std::vector<double> victim;
  for (int i = 0; i < 1024; ++i) victim.push_back(1 + i * 0.25);
  const std::vector<double> forged = unkeyed::like(victim, 666);
#ifdef __GLIBCXX__  // whose std::hash this inverts
  REQUIRE(unkeyed::hash(victim) == unkeyed::hash(forged));
#endif
  REQUIRE_FALSE(sender.send(Tensor::from(victim, {1024})) ==
                sender.send(Tensor::from(forged, {1024})));
}

TEST_CASE("the trace of a call is not in the fingerprint of its input") {
  Sender sender;
  const Tensor tensor = floats(100, 3);
  REQUIRE(sender.send(tensor, kTrace) == sender.send(tensor));
  REQUIRE(sender.send(tensor, kTrace) == sender.send(tensor, kOtherTrace));
}

TEST_CASE("a request's id and its parameter traceparent are not in its fingerprint, all else is") {
  Sender sender;
  const auto request = [](std::int64_t size) {
    Request made{{"a", floats(size, 1)}, {"b", floats(size, 2)}};
    made.id = "17";
    made.parameters = {{"count", std::int64_t{4}}, {"text", "one"}, {"traceparent", kTrace}};
    return made;
  };
  const std::int64_t size = GENERATE(1, 1000);
  const Fingerprint first = sender.send(request(size));
  Request again = request(size);
  again.id = "another, which is longer";
  again.parameters["traceparent"] = kOtherTrace;
  REQUIRE(first == sender.send(again));
  again.parameters["traceparent"] = std::string(1000, 'x');  // in a block of its own
  REQUIRE(first == sender.send(again));

  for (const auto& [name, value] :
       Parameters{{"count", std::int64_t{5}}, {"text", "two"}, {"more", true}}) {
    Request other = request(size);
    other.parameters[name] = value;
    REQUIRE_FALSE(first == sender.send(other));
  }
  Request swapped = request(size);
  swapped.inputs = {{"a", floats(size, 2)}, {"b", floats(size, 1)}};
  REQUIRE_FALSE(first == sender.send(swapped));
}

TEST_CASE("a request of many large tensors and a large text has one fingerprint, too") {
  Sender sender;
  const auto request = [](float last) {
    Request made;
    for (int i = 0; i < 40; ++i) {
      made.inputs.add("tensor " + std::to_string(i), floats(100, i == 39 ? last : 1.F));
    }
    made.parameters["text"] = std::string(600, 'x');
    return made;
  };
  REQUIRE(sender.send(request(7)) == sender.send(request(7)));
  REQUIRE_FALSE(sender.send(request(7)) == sender.send(request(8)));
}

TEST_CASE("an input whose blocks are gone has another fingerprint, and nothing is read") {
  ipc::BlockList none;
  detail::FrameBuffer frame;
  wire::put_trace(frame, {});
  {
    const auto region = ipc::RequestRegion::create(1 << 20);
    ipc::BlockList held;
    ipc::RequestBlocks blocks(*region, held);
    Encoder encoder(frame, blocks, 1 << 20);
    Codec<Tensor>::encode(encoder, floats(1000, 1));
  }
  REQUIRE(input_size(frame, none) < 1000);
  REQUIRE(input_hash(frame, none, kKey) != 0);
}

}  // namespace
}  // namespace inferpool::pool::calls
