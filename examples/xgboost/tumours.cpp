// SPDX-License-Identifier: Apache-2.0
// Asks boosted trees in worker processes about tumours that they were not trained on. No code here
// is about XGBoost: the model is a file, and the worker comes with inferpool. See README.md.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <inferpool/pool.hpp>

#include "held_out.hpp"

namespace {

using inferpool::Pool;
using inferpool::Tensor;

constexpr double kLeastAccuracy = 0.93;
// Python's exp and ours may differ in the last bits.
constexpr float kMostDifference = 1e-6F;

Tensor matrix(std::span<const float> rows) {
  const auto count = static_cast<std::int64_t>(rows.size() / HeldOut::kFeatures);
  return Tensor::borrow(rows, {count, static_cast<std::int64_t>(HeldOut::kFeatures)});
}

// The probabilities that these tumours are malignant.
std::vector<float> ask(Pool<>& pool, std::span<const float> rows) {
  const inferpool::Response response = pool.infer({{"input", matrix(rows)}});
  const auto values = response["predict"].values<float>();
  return {values.begin(), values.end()};
}

// The same with one row per call.
std::vector<float> ask_one_by_one(Pool<>& pool, std::span<const float> rows) {
  std::vector<float> all;
  for (std::size_t at = 0; at < rows.size(); at += HeldOut::kFeatures) {
    all.push_back(ask(pool, rows.subspan(at, HeldOut::kFeatures)).front());
  }
  return all;
}

// The rows per second for 4 callers with `batch` rows per call. Takes a second.
double throughput(Pool<>& pool, const HeldOut& held_out, std::size_t batch) {
  constexpr int kCallers = 4;
  using Clock = std::chrono::steady_clock;
  const auto rows = std::span(held_out.rows).first(batch * HeldOut::kFeatures);
  const auto start = Clock::now();
  const auto end = start + std::chrono::seconds(1);
  std::vector<std::size_t> calls(kCallers);
  {
    std::vector<std::jthread> callers;
    for (std::size_t& count : calls) {
      callers.emplace_back([&] {
        std::size_t done = 0;
        for (; Clock::now() < end; ++done) {
          if (!pool.try_infer({{"input", matrix(rows)}})) return;
        }
        count = done;
      });
    }
  }
  std::size_t all = 0;
  for (const std::size_t count : calls) all += count;
  return static_cast<double>(all * batch) /
         std::chrono::duration<double>(Clock::now() - start).count();
}

// Prints the error of a wrong call.
void print_refusal(Pool<>& pool) {
  const auto answer = pool.try_infer({{"rows", Tensor(inferpool::Datatype::kFp32, {1, 7})}});
  if (!answer) std::printf("\n  A wrong call:\n    %s\n", answer.error().what());
}

bool print_accuracy(const HeldOut& held_out, const std::vector<float>& probabilities) {
  std::size_t right = 0;
  float difference = 0;
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    if ((probabilities[i] > 0.5F) == held_out.malignant[i]) ++right;
    difference = std::max(difference, std::abs(probabilities[i] - held_out.python_predicts[i]));
  }
  std::printf("  right: %zu of %zu; largest difference to XGBoost in Python: %g\n", right,
              held_out.size(), static_cast<double>(difference));
  return static_cast<double>(right) >= kLeastAccuracy * static_cast<double>(held_out.size()) &&
         difference <= kMostDifference;
}

int run() {
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const HeldOut held_out = read_held_out(folder / "held_out.csv");
  Pool<> pool{inferpool::Settings::from_file(folder / "model-settings.json")};
  const auto missing =
      std::ranges::count_if(held_out.rows, [](float value) { return std::isnan(value); });
  std::printf(
      "%s %s: %zu tumours that it was never trained on, %zu values each, %td of all missing\n",
      pool.settings().name.c_str(), pool.settings().version.c_str(), held_out.size(),
      HeldOut::kFeatures, missing);
  std::printf("%d workers, no line of code for the model\n\n", *pool.settings().workers);

  const std::vector<float> probabilities = ask(pool, held_out.rows);
  const bool accurate = print_accuracy(held_out, probabilities);
  const bool equal = ask_one_by_one(pool, held_out.rows) == probabilities;
  std::printf("  row by row: %s\n", equal ? "the same to the last bit" : "DIFFERENT");
  for (const std::size_t batch : {1U, 10U, 100U}) {
    std::printf("  %3zu rows a call: %9.0f rows/s\n", batch, throughput(pool, held_out, batch));
  }
  print_refusal(pool);
  return accurate && equal ? 0 : 1;
}

}  // namespace

int main() {
  try {
    return run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tumours: %s\n", error.what());
    return 1;
  }
}
