// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <span>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <inferpool/tensor.hpp>

#include "catch.hpp"

namespace inferpool {
namespace {

using detail::TensorAccess;

std::vector<float> counted(std::size_t size) {
  std::vector<float> values(size);
  for (std::size_t i = 0; i < size; ++i) values[i] = static_cast<float>(i);
  return values;
}

template <typename T>
std::vector<T> list(std::span<const T> values) {
  return {values.begin(), values.end()};
}

// A size held inside the tensor, and one held outside.
constexpr std::array<std::int64_t, 2> kSizes{16, 17};

TEST_CASE("a copy shares its bytes until one of the two is written") {
  for (const std::int64_t size : kSizes) {
    CAPTURE(size);
    Tensor original = Tensor::from(counted(static_cast<std::size_t>(size)), {size});
    Tensor copy = original;
    REQUIRE(copy == original);
    REQUIRE(TensorAccess::storage(copy).get() == TensorAccess::storage(original).get());
    copy.mutable_values<float>()[0] = 99.0F;
    REQUIRE(original.values<float>()[0] == 0.0F);
    REQUIRE(copy.values<float>()[0] == 99.0F);
    REQUIRE(copy.values<float>()[static_cast<std::size_t>(size) - 1] ==
            static_cast<float>(size - 1));
  }
}

TEST_CASE("a tensor that shares its bytes with no other is written in place") {
  Tensor tensor = Tensor::from(counted(100), {100});
  const std::byte* const before = tensor.bytes().data();
  tensor.mutable_values<float>()[0] = 1.0F;
  REQUIRE(tensor.bytes().data() == before);
  { const Tensor copy = tensor; }  // NOLINT: shares for a moment
  tensor.mutable_values<float>()[0] = 2.0F;
  REQUIRE(tensor.bytes().data() == before);
}

TEST_CASE("tensors that share bytes can be copied, read and written from several threads") {
  const Tensor shared = Tensor::from(counted(100), {100});
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([copy = shared, thread, &wrong]() mutable {
      const auto number = static_cast<float>(thread + 1000);
      for (int round = 0; round < 200; ++round) {
        Tensor mine = copy;
        mine.mutable_values<float>()[7] = number;
        if (mine.values<float>()[7] != number || copy.values<float>()[7] != 7.0F) ++wrong;
      }
      copy.mutable_values<float>()[7] = number;  // one of them may be the last that shares
    });
  }
  for (std::thread& thread : threads) thread.join();
  REQUIRE(wrong == 0);
  REQUIRE(list(shared.values<float>()) == counted(100));
}

TEST_CASE("writing a tensor that borrows leaves the caller's memory alone") {
  const std::vector<float> values = counted(100);
  Tensor tensor = Tensor::borrow(values, {100});
  tensor.mutable_values<float>()[5] = -5.0F;
  REQUIRE(values == counted(100));
  REQUIRE(tensor.values<float>()[5] == -5.0F);
  REQUIRE(tensor.values<float>()[6] == 6.0F);
}

TEST_CASE("writing a tensor whose storage is frozen gives it bytes of its own") {
  const detail::StorageRef storage = detail::heap_storage(8);
  std::memset(storage->data(), 0, 8);
  Tensor tensor = TensorAccess::make(Datatype::kInt64, {1}, storage, 8);
  storage->freeze();
  tensor.mutable_values<std::int64_t>()[0] = 7;
  REQUIRE(tensor.values<std::int64_t>()[0] == 7);
  REQUIRE(storage->data()[0] == std::byte{0});
  REQUIRE(storage->references() == 1);
}

TEST_CASE("a tensor made of a storage keeps it, however small") {
  detail::StorageRef storage = detail::heap_storage(64);
  std::byte* const data = storage->data();
  std::memset(data, 0, 64);
  Tensor tensor = TensorAccess::make(Datatype::kUint8, {3}, std::move(storage), 3);
  REQUIRE(tensor.bytes().size() == 3);
  tensor.mutable_values<std::uint8_t>()[2] = 9;
  REQUIRE(data[2] == std::byte{9});
}

TEST_CASE("a tensor whose borrowed storage is detached does not see the caller's memory change") {
  std::vector<float> values = counted(100);
  const Tensor tensor = Tensor::borrow(values, {100});
  const Tensor copy = tensor;  // NOLINT: both see the bytes move
  TensorAccess::storage(tensor)->detach();
  values.assign(100, -1.0F);
  REQUIRE(list(tensor.values<float>()) == counted(100));
  REQUIRE(copy == tensor);
}

TEST_CASE("a clone shares nothing") {
  for (const std::int64_t size : kSizes) {
    const std::vector<float> values = counted(static_cast<std::size_t>(size));
    const Tensor tensor = Tensor::borrow(values, {size});
    Tensor clone = tensor.clone();
    REQUIRE(clone == tensor);
    const std::byte* const before = clone.bytes().data();
    REQUIRE(before != tensor.bytes().data());
    clone.mutable_values<float>()[0] = 3.0F;
    REQUIRE(clone.bytes().data() == before);
    REQUIRE(tensor.values<float>()[0] == 0.0F);
  }
}

TEST_CASE("a moved tensor takes its bytes along, and what it was moved from can be used") {
  for (const std::int64_t size : kSizes) {
    Tensor source = Tensor::from(counted(static_cast<std::size_t>(size)), {size});
    const Tensor copy = source;
    const Tensor taken = std::move(source);
    REQUIRE(taken == copy);
    // NOLINTNEXTLINE(bugprone-use-after-move): it holds some tensor.
    REQUIRE(source.values<float>().size() == static_cast<std::size_t>(source.shape().elements()));
    source = taken;
    REQUIRE(source == copy);
    Tensor& itself = source;  // compilers warn of the plain form
    source = std::move(itself);
    REQUIRE(source.values<float>().size() == static_cast<std::size_t>(source.shape().elements()));
  }
  STATIC_REQUIRE(std::is_nothrow_move_constructible_v<Tensor>);
  STATIC_REQUIRE(std::is_nothrow_copy_constructible_v<Tensor>);
}

TEST_CASE("a tensor assigned to itself is unchanged") {
  for (const std::int64_t size : kSizes) {
    Tensor tensor = Tensor::from(counted(static_cast<std::size_t>(size)), {size});
    tensor = *&tensor;
    REQUIRE(list(tensor.values<float>()) == counted(static_cast<std::size_t>(size)));
  }
}

}  // namespace
}  // namespace inferpool
