// SPDX-License-Identifier: Apache-2.0
// What a round trip copies and allocates, in the caller and in the worker. Both programs have an
// operator new, memcpy and memmove that count. System calls: hot_path_test.cpp.
#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include <inferpool/pool.hpp>

#include "catch.hpp"
#include "hot_path/counting_model.hpp"
#include "hot_path/instruments.hpp"
#include "integration/shared_view.hpp"
#include "skipped.hpp"

namespace inferpool::test {
namespace {

using Pool = inferpool::Pool<bench::CountingModel>;

constexpr std::int64_t k4MiB = 1 << 20;  // floats
constexpr std::uint64_t kRoundTrips = 50;

Settings settings_of(std::optional<Duration> spin) {
  Settings settings;
  settings.worker = "counting_worker";
  settings.workers = 1;
  settings.shared_memory_limit = 64 << 20;
  if (spin) settings.spin = *spin;
  return settings;
}

// Counts over kRoundTrips, measured after warm-up round trips of the same kind.
struct Counts {
  std::uint64_t caller_allocations = 0;
  std::uint64_t caller_copies = 0;  // copies of 4 KiB and more
  std::uint64_t worker_allocations = 0;
  std::uint64_t worker_copies = 0;
};

// Skips the test case if a counter is blind, so that it would show 0 in any case.
bool skipped_as_uncounted(Pool& pool) {
  return skipped_as_blind(bench::allocations_here()) ||
         skipped_as_blind(bench::large_copies_here()) ||
         skipped_as_blind(bench::allocations_in_worker(pool)) ||
         skipped_as_blind(bench::large_copies_in_worker(pool));
}

template <typename RoundTrip>
Counts counts_of(Pool& pool, const RoundTrip& round_trip) {
  for (int i = 0; i < 40; ++i) round_trip();  // the worker takes back 16 replies at a time
  static_cast<void>(bench::worker_counts(pool));
  const bench::WorkerCounts worker = bench::worker_counts(pool);
  Counts counts{bench::allocations(), bench::large_copies()};
  for (std::uint64_t i = 0; i < kRoundTrips; ++i) round_trip();
  counts.caller_allocations = bench::allocations() - counts.caller_allocations;
  counts.caller_copies = bench::large_copies() - counts.caller_copies;
  // Asking the worker for its counts is one more call.
  const bench::WorkerCounts now = bench::worker_counts(pool);
  counts.worker_allocations = now.allocations - worker.allocations;
  counts.worker_copies = now.large_copies - worker.large_copies;
  return counts;
}

TEST_CASE("a round trip of one float allocates nothing in the caller and in the worker") {
  using namespace std::chrono_literals;
  Pool pool(settings_of(GENERATE(std::optional<Duration>(), std::optional<Duration>(10ms))));
  if (skipped_as_uncounted(pool)) return;
  bool right = true;
  const Counts counts = counts_of(
      pool, [&] { right = pool.infer(Tensor::scalar(1.0F)).shape() == Shape{} && right; });
  CHECK(right);
  CHECK(counts.caller_allocations == 0);
  CHECK(counts.worker_allocations == 0);
}

TEST_CASE("neither side copies a loan of 4 MiB or the output, and nothing is allocated") {
  Pool pool(settings_of({}));
  if (skipped_as_uncounted(pool)) return;
  Tensor loan = pool.loan<float>({k4MiB});
  bool in_place = true;
  const Counts counts = counts_of(pool, [&] {
    const Tensor output = pool.infer(loan);
    in_place = output.shape() == loan.shape() && in_place;
  });
  CHECK(in_place);
  CHECK(lies_in("requests", loan));
  CHECK(lies_in("replies", pool.infer(loan)));
  CHECK(counts.caller_copies == 0);
  CHECK(counts.worker_copies == 0);
  CHECK(counts.caller_allocations == 0);
  CHECK(counts.worker_allocations == 0);
}

TEST_CASE("a new loan and an output that is held while the next come allocate nothing either") {
  Pool pool(settings_of({}));
  if (skipped_as_uncounted(pool)) return;
  std::array<Tensor, 3> held;
  std::size_t next = 0;
  const Counts counts =
      counts_of(pool, [&] { held[next++ % held.size()] = pool.infer(pool.loan<float>({k4MiB})); });
  CHECK(lies_in("replies", held[0]));
  CHECK(counts.caller_allocations == 0);
  CHECK(counts.worker_allocations == 0);
}

TEST_CASE("an ordinary tensor of 4 MiB is copied once, by the caller, and the output is viewed") {
  Pool pool(settings_of({}));
  if (skipped_as_uncounted(pool)) return;
  const std::vector<float> values(static_cast<std::size_t>(k4MiB), 1.0F);
  const Tensor input = Tensor::borrow(std::span(values), {k4MiB});
  const Counts counts = counts_of(pool, [&] { static_cast<void>(pool.infer(input)); });
  CHECK(lies_in("replies", pool.infer(input)));
  // It is copied in two pieces, and the worker is woken between them.
  CHECK(counts.caller_copies == 2 * kRoundTrips);
  CHECK(counts.caller_allocations == 0);
  CHECK(counts.worker_allocations == 0);
  CHECK(counts.worker_copies == 0);
}

}  // namespace
}  // namespace inferpool::test
