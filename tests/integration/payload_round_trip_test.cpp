// SPDX-License-Identifier: Apache-2.0
// A13: values arrive bit for bit in both directions.
#include <array>
#include <cstdint>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "workers/echo.hpp"

namespace inferpool::test {
namespace {

constexpr std::array kDatatypes = {
    Datatype::kBool, Datatype::kUint8, Datatype::kUint16, Datatype::kUint32, Datatype::kUint64,
    Datatype::kInt8, Datatype::kInt16, Datatype::kInt32,  Datatype::kInt64,  Datatype::kFp16,
    Datatype::kBf16, Datatype::kFp32,  Datatype::kFp64,   Datatype::kBytes};

// In bytes: in the frame, in a block, around the size from which outputs are views, and large.
constexpr std::array<std::size_t, 11> kSizes = {0,      1,      255,    256,     257,        4'096,
                                                16'383, 16'384, 16'385, 100'000, 1024 * 1024};

std::vector<std::byte> noise(std::size_t size, std::uint64_t seed) {
  std::vector<std::byte> bytes(size);
  std::uint64_t state = seed * 0x9e3779b97f4a7c15 + 1;
  for (std::byte& byte : bytes) {
    state = state * 6364136223846793005 + 1442695040888963407;
    byte = static_cast<std::byte>(state >> 56);
  }
  return bytes;
}

// Strings of all lengths that contain all bytes, `size` bytes in total or a little more.
Tensor strings(std::size_t size) {
  const std::vector<std::byte> bytes = noise(size, 3);
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::vector<std::string_view> parts;
  for (std::size_t at = 0, length = 0; at < all.size(); at += length++)
    parts.push_back(all.substr(at, length));
  return Tensor::from_strings(parts);
}

// A tensor of `size` bytes, rounded to whole elements. Some are NaNs of all kinds.
Tensor tensor_of(Datatype datatype, std::size_t size) {
  if (datatype == Datatype::kBytes) return strings(size);
  const std::size_t count = (size + element_size(datatype) - 1) / element_size(datatype);
  std::vector<std::byte> bytes = noise(count * element_size(datatype), 1 + size);
  if (datatype == Datatype::kBool) {
    for (std::byte& byte : bytes) byte &= std::byte{1};
  }
  return Tensor::copy_bytes(datatype, {static_cast<std::int64_t>(count)}, bytes);
}

Settings roomy(const std::string& worker, int workers) {
  Settings settings = settings_for(worker, workers);
  settings.shared_memory_limit = 256 * kMiB;
  return settings;
}

TEST_CASE("A13: tensors of every datatype and size arrive bit for bit") {
  const int workers = GENERATE(0, 2);
  Pool<Echo> pool(roomy("echo_worker", workers));
  for (const Datatype datatype : kDatatypes) {
    for (const std::size_t size : kSizes) {
      const Tensor sent = tensor_of(datatype, size);
      INFO(to_string(sent) << ", " << sent.bytes().size() << " bytes");
      CHECK(pool.infer(sent) == sent);
      CHECK(pool.submit(sent).get() == sent);
    }
  }
}

TEST_CASE("A13: requests with tensors of all datatypes, of one size each, arrive bit for bit") {
  const int workers = GENERATE(0, 2);
  Pool<Actor> pool(roomy("actor_worker", workers));
  for (const std::size_t size : kSizes) {
    Request sent;
    for (const Datatype datatype : kDatatypes)
      sent.inputs.add(std::string(name(datatype)), tensor_of(datatype, size));
    const Response received = pool.infer(sent);
    REQUIRE(received.outputs.size() == kDatatypes.size());
    for (const NamedTensor& input : sent.inputs) {
      INFO(input.name << " of " << size << " bytes");
      CHECK(received[input.name] == input.tensor);
    }
  }
}

TEST_CASE("A13: tensors of every rank arrive, with dimensions of 0 and 1 where they were") {
  const int workers = GENERATE(0, 1);
  Pool<Echo> pool(roomy("echo_worker", workers));
  std::vector<std::int64_t> dimensions;
  for (std::size_t rank = 0; rank <= Shape::kMaxRank; ++rank) {
    const Shape shape{std::span<const std::int64_t>(dimensions)};
    const Tensor sent =
        tensor_of(Datatype::kInt16, static_cast<std::size_t>(shape.elements()) * 2).reshaped(shape);
    const Tensor received = pool.infer(sent);
    CHECK(received.shape() == shape);
    CHECK(received == sent);
    dimensions.push_back(static_cast<std::int64_t>(1 + rank % 4));
  }
  for (const Shape& shape : {Shape{0}, Shape{0, 3}, Shape{3, 0}, Shape{2, 0, 4},
                             Shape{1, 1, 0, 1, 1, 1, 1, 1}, Shape{1, 1, 1, 1, 1, 1, 1, 1}}) {
    for (const Datatype datatype : {Datatype::kFp64, Datatype::kBool}) {
      const Tensor sent(datatype, shape);
      const Tensor received = pool.infer(sent);
      CHECK(received.shape() == shape);
      CHECK(received.datatype() == datatype);
      CHECK(received.bytes().size() == sent.bytes().size());
    }
  }
}

TEST_CASE("A13: strings of every kind arrive, in every rank") {
  const int workers = GENERATE(0, 1);
  Pool<Echo> pool(roomy("echo_worker", workers));
  using namespace std::string_view_literals;
  const std::string long_one(300'000, 'x');
  const std::vector<std::string_view> texts = {""sv,         "a"sv,    "a\0b"sv,
                                               "\xff\xfe"sv, "żółw"sv, std::string_view(long_one)};
  const Tensor flat = Tensor::from_strings(texts);
  CHECK(pool.infer(flat).strings() == texts);
  CHECK(pool.infer(Tensor::from_strings(texts, {2, 3})).shape() == Shape{2, 3});
  CHECK(pool.infer(Tensor::from_strings({}, {0, 5})).shape() == Shape{0, 5});
  const std::vector<std::string_view> one = {"alone"sv};
  const Tensor scalar = pool.infer(Tensor::from_strings(one, {}));
  CHECK(scalar.shape().rank() == 0);
  CHECK(scalar.strings() == one);
}

TEST_CASE("A13: what is borrowed arrives, aligned or not") {
  const int workers = GENERATE(0, 1);
  Pool<Echo> pool(roomy("echo_worker", workers));
  const std::vector<std::byte> bytes = noise(40'009, 5);
  for (const std::size_t offset : {std::size_t{0}, std::size_t{4}, std::size_t{1}}) {
    const auto part = std::span(bytes).subspan(offset, 40'000);
    const Tensor sent = Tensor::borrow_bytes(Datatype::kInt32, {10'000}, part);
    CHECK(std::ranges::equal(pool.infer(sent).bytes(), part));
  }
}

TEST_CASE("A13: 64 MiB arrive, by copy and by loan") {
  Settings settings = settings_for("echo_worker", 1);
  settings.shared_memory_limit = 512 * kMiB;
  Pool<Echo> pool(settings);
  REQUIRE(pool.settings().max_payload == 64 * kMiB);
  constexpr std::int64_t kCount = 64 * kMiB / sizeof(std::uint64_t);
  Tensor loan = pool.loan<std::uint64_t>({kCount});
  std::uint64_t state = 1;
  for (std::uint64_t& value : loan.mutable_values<std::uint64_t>())
    value = state += 0x9e3779b97f4a7c15;
  CHECK(pool.infer(loan) == loan);
  CHECK(pool.infer(Tensor::borrow(loan.values<std::uint64_t>(), {kCount})) == loan);
}

}  // namespace
}  // namespace inferpool::test
