// SPDX-License-Identifier: Apache-2.0
// Tensors that the pool lends.
#include <optional>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/shared_view.hpp"
#include "workers/echo.hpp"

namespace inferpool::test {
namespace {

constexpr std::int64_t kCount = 20'000;
constexpr std::uint64_t kBytes = kCount * sizeof(float);

void fill(Tensor& tensor, float value) { std::ranges::fill(tensor.mutable_values<float>(), value); }

TEST_CASE("a loan lies where the workers read it, and is sent without a copy") {
  Pool<Actor> pool(actor_settings(1));
  Tensor loan = pool.loan<float>({kCount});
  fill(loan, 3);
  CHECK(lies_in("requests", loan));
  const std::uint64_t lent = pool.stats().payload_in_flight;
  CHECK(lent >= kBytes);
  CHECK(lent < kBytes + 4096);

  OwnGate gate;
  auto call = pool.submit(gate.pass({{"x", loan}}));
  REQUIRE(gate.reached_by(1));
  CHECK(pool.stats().payload_in_flight - lent < 4096);  // the worker reads the loan itself
  gate.open();
  CHECK(call.get()["x"] == loan);

  const Tensor own = loan.clone();
  OwnGate other;
  auto copied = pool.submit(other.pass({{"x", own}}));
  REQUIRE(other.reached_by(1));
  CHECK(pool.stats().payload_in_flight - lent >= kBytes);  // any other tensor is copied
  other.open();
  copied.get();
}

TEST_CASE("a loan may be filled and sent again and again, and stays where it is") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  Tensor loan = pool.loan<float>({kCount});
  const void* const place = loan.bytes().data();
  std::vector<Tensor> outputs;
  for (int i = 0; i < 10; ++i) {
    fill(loan, static_cast<float>(i));
    CHECK(loan.bytes().data() == place);
    const Response response = pool.infer(Request{{"x", loan}});
    // With 0 workers the output is the loan itself.
    outputs.push_back(workers == 0 ? response["x"].clone() : response["x"]);
  }
  for (std::size_t i = 0; i < outputs.size(); ++i)
    CHECK(all_equal(outputs[i].values<float>(), static_cast<float>(i)));
}

TEST_CASE("a loan that is written while a worker reads it leaves the request as it was") {
  Pool<Actor> pool(actor_settings(1));
  Tensor loan = pool.loan<float>({kCount});
  fill(loan, 1);
  OwnGate gate;
  auto call = pool.submit(gate.pass({{"x", loan}}));
  REQUIRE(gate.reached_by(1));
  fill(loan, 2);
  gate.open();
  CHECK(all_equal(call.get()["x"].values<float>(), 1));
  CHECK(all_equal(loan.values<float>(), 2));
}

TEST_CASE("a loan of one pool may be sent to another") {
  Pool<Echo> lender(settings_for("echo_worker", 1));
  Pool<Echo> pool(settings_for("echo_worker", 1));
  Tensor loan = lender.loan<float>({kCount});
  fill(loan, 7);
  CHECK(pool.infer(loan) == loan);
}

TEST_CASE("a loan outlives its pool") {
  std::optional<Pool<Echo>> pool(std::in_place, settings_for("echo_worker", 1));
  Tensor loan = pool->loan<float>({kCount});
  fill(loan, 7);
  pool.reset();
  CHECK(all_equal(loan.values<float>(), 7));
  fill(loan, 8);
  CHECK(all_equal(loan.values<float>(), 8));
}

TEST_CASE("tensors of any shape and of any datatype without strings are lent") {
  const int workers = GENERATE(0, 1);
  Pool<Echo> pool(settings_for("echo_worker", workers));
  CHECK(pool.infer(pool.loan<double>({0, 3})).shape() == Shape{0, 3});
  Tensor scalar = pool.loan<std::int8_t>({});
  scalar.mutable_values<std::int8_t>()[0] = -5;
  CHECK(pool.infer(scalar).values<std::int8_t>()[0] == -5);
}

TEST_CASE(
    "loans that exceed the shared memory are refused with the setting, and all of it is free again "
    "afterwards") {
  Settings settings = settings_for("echo_worker", 1);
  settings.shared_memory_limit = 4 * kMiB;  // 2 MiB for requests and loans; max_payload 512 KiB
  Pool<Echo> pool(settings);
  const Shape most{512 * 1024 / sizeof(float)};
  for (int round = 0; round < 20; ++round) {
    std::vector<Tensor> loans;
    for (int i = 0; i < 4; ++i) loans.push_back(pool.loan<float>(most));
    const Error loan = error_of([&] { return pool.loan<float>(most); });
    CHECK(loan.code() == ErrorCode::kOutOfMemory);
    CHECK_THAT(loan.what(), contains("shared_memory_limit"));
    CHECK_THAT(loan.what(), contains("2097152"));
    CHECK(error_of([&] { return pool.infer(floats(1'000, 1)); }).code() == ErrorCode::kOutOfMemory);
    CHECK(error_of([&] { return pool.submit(floats(1'000, 1)).get(); }).code() ==
          ErrorCode::kOutOfMemory);

    CHECK(pool.infer(floats(1, 5)) == floats(1, 5));  // needs no shared memory for its payload
    fill(loans[2], static_cast<float>(round));
    CHECK(pool.infer(loans[2]) == loans[2]);
    loans.erase(loans.begin() + 1);
    CHECK(pool.infer(floats(1'000, 1)) == floats(1'000, 1));
  }
  CHECK(pool.stats().payload_in_flight == 0);
}

}  // namespace
}  // namespace inferpool::test
