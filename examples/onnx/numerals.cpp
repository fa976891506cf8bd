// SPDX-License-Identifier: Apache-2.0
// Reads handwritten digits with a convolutional network from an ONNX file, in worker processes. No
// code here is about ONNX: the worker comes with inferpool. See README.md.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <inferpool/pool.hpp>

#include "load.hpp"
#include "metadata.hpp"
#include "npy.hpp"
#include "other_network.hpp"

namespace {

using inferpool::Pool;
using inferpool::Response;
using inferpool::Settings;
using inferpool::Shape;
using inferpool::Tensor;

constexpr const char* kUsage =
    "Usage: numerals                                   the network of this example\n"
    "       numerals FILE.onnx [[NAME=]INPUT.npy]...   any other\n"
    "Exit status: 0; 1 if a network cannot be run, or under 96 % are right or a score differs "
    "from\n"
    "NumPy's by more than 1e-5; 2 for wrong usage.\n";

constexpr double kLeastAccuracy = 0.96;
// NumPy computed in FP64 and added in another order.
constexpr float kMostDifference = 1e-5F;

// The images that train.py held out, and the scores that NumPy computed for them.
struct HeldOut {
  Tensor images, digits, scores;
  [[nodiscard]] std::int64_t size() const { return images.shape()[0]; }
};

HeldOut read_held_out(const std::filesystem::path& folder) {
  return {.images = read_npy(folder / "images.npy"),
          .digits = read_npy(folder / "digits.npy"),
          .scores = read_npy(folder / "scores.npy")};
}

// `count` images from `first` on.
Tensor some(const Tensor& images, std::int64_t first, std::int64_t count) {
  const auto size = static_cast<std::size_t>(images.shape().elements() / images.shape()[0]);
  const auto values = images.values<float>().subspan(static_cast<std::size_t>(first) * size,
                                                     static_cast<std::size_t>(count) * size);
  return Tensor::borrow(values, {count, 1, 8, 8});
}

float largest_difference(std::span<const float> left, std::span<const float> right) {
  float largest = left.size() == right.size() ? 0 : HUGE_VALF;
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    const float difference = std::abs(left[i] - right[i]);
    largest = difference <= largest ? largest : difference;  // a NaN counts as a difference
  }
  return largest;
}

bool print_accuracy(const HeldOut& held_out, const Response& response) {
  const auto read = response["digit"].values<std::int64_t>();
  const auto written = held_out.digits.values<std::int64_t>();
  std::int64_t right = 0;
  for (std::size_t i = 0; i < read.size(); ++i) right += read[i] == written[i] ? 1 : 0;
  const float difference =
      largest_difference(response["scores"].values<float>(), held_out.scores.values<float>());
  std::printf("  right: %lld of %lld; largest difference to NumPy: %g\n",
              static_cast<long long>(right), static_cast<long long>(held_out.size()),
              static_cast<double>(difference));
  return static_cast<double>(right) >= kLeastAccuracy * static_cast<double>(held_out.size()) &&
         difference <= kMostDifference;
}

// Whether batches of every size give the same scores as all images together.
bool print_batches(Pool<>& pool, const HeldOut& held_out, const Response& whole) {
  float difference = 0;
  for (std::int64_t first = 0, count = 1; first < held_out.size(); first += count, ++count) {
    count = std::min(count, held_out.size() - first);
    const Response part = pool.infer({{"image", some(held_out.images, first, count)}});
    const auto expected = whole["scores"].values<float>().subspan(
        static_cast<std::size_t>(first) * 10, static_cast<std::size_t>(count) * 10);
    difference = std::max(difference, largest_difference(part["scores"].values<float>(), expected));
  }
  std::printf("  in batches of 1, 2, 3, ...: largest difference to the whole: %g\n",
              static_cast<double>(difference));
  return difference <= kMostDifference;
}

void print_throughput(Settings settings, const HeldOut& held_out) {
  std::printf("\n  images/s      1 worker   2 workers\n");
  std::vector<double> rates;
  for (const int workers : {1, 2}) {
    settings.workers = workers;
    Pool<> pool{settings};
    for (const std::int64_t batch : {1, 10, 100}) {
      const inferpool::Request request{{"image", some(held_out.images, 0, batch)}};
      rates.push_back(calls_per_second(pool, request) * static_cast<double>(batch));
    }
  }
  const char* const names[] = {"  one a call", "   10 a call", "  100 a call"};
  for (std::size_t i = 0; i < 3; ++i) {
    std::printf("%s %10.0f %11.0f   x %.2f\n", names[i], rates[i], rates[i + 3],
                rates[i + 3] / rates[i]);
  }
}

// Prints the error of a wrong call.
void print_refusal(Pool<>& pool) {
  const auto answer = pool.try_infer({{"image", Tensor(inferpool::Datatype::kFp32, {1, 8, 8})}});
  if (!answer) std::printf("\n  A wrong call:\n    %s\n", answer.error().what());
}

int run() {
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const HeldOut held_out = read_held_out(folder);
  const Settings settings = Settings::from_file(folder / "model-settings.json");
  Pool<> pool{settings};
  const Metadata metadata = ask_metadata(pool);
  std::printf("%s %s, computed by %s in %d workers\n", settings.name.c_str(),
              settings.version.c_str(), metadata.platform.c_str(), *pool.settings().workers);
  for (const Port& port : metadata.inputs) std::printf("  input  %s\n", to_string(port).c_str());
  for (const Port& port : metadata.outputs) std::printf("  output %s\n", to_string(port).c_str());

  std::printf("\n%lld images that it was never trained on\n",
              static_cast<long long>(held_out.size()));
  const Response whole = pool.infer({{"image", held_out.images}});
  const bool accurate = print_accuracy(held_out, whole);
  const bool equal = print_batches(pool, held_out, whole);
  print_throughput(settings, held_out);
  print_refusal(pool);
  return accurate && equal ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  try {
    if (arguments.empty()) return run();
    if (arguments[0].starts_with('-')) {
      std::fputs(kUsage, arguments[0] == "--help" ? stdout : stderr);
      return arguments[0] == "--help" ? 0 : 2;
    }
    return run_other_network(arguments[0], {arguments.begin() + 1, arguments.end()});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "numerals: %s\n", error.what());
    return 1;
  }
}
