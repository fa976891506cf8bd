// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/probe.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <inferpool/error.hpp>
#include <inferpool/worker.hpp>

#include "core/format.hpp"

namespace inferpool::tools {
namespace {

constexpr const char* kVariable = "INFERPOOL_ADVISE_PROBE";  // the bytes of an output

// Only arithmetic, one turn after the other.
std::uint64_t turn(std::uint64_t turns) {
  std::uint64_t state = 88172645463325252ULL;
  for (std::uint64_t i = 0; i < turns; ++i) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
  }
  return state;
}

void compute(std::uint64_t turns) {
  [[maybe_unused]] volatile std::uint64_t result =
      turn(turns);  // else the compiler may drop the turns
}

double measured_turns_per_second() {
  constexpr std::uint64_t kTurns = 200'000;
  double best = 0;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    compute(kTurns);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::max(best, static_cast<double>(kTurns) / seconds.count());
  }
  return best;
}

}  // namespace

Probe::Probe(const Settings& settings)
    : output_(Datatype::kUint8, {std::stoll(settings.env.at(kVariable))}),
      turns_per_second_(measured_turns_per_second()) {}

Tensor Probe::predict(const Tensor& input) const {
  double seconds = 0;
  std::memcpy(&seconds, input.bytes().data(), sizeof(seconds));
  compute(static_cast<std::uint64_t>(seconds * turns_per_second_));
  return output_;
}

Settings Probe::settings(Settings settings, std::size_t output_bytes) {
  constexpr const char* kSelf = "/proc/self/exe";
  std::error_code error;
  settings.worker = std::filesystem::read_symlink(kSelf, error).string();
  if (error) {
    throw Error(
        ErrorCode::kStartupFailed,
        core::formatted("{} cannot be read ({}), so this program cannot start itself as a worker",
                        kSelf, error.message()));
  }
  settings.env[kVariable] = std::to_string(output_bytes);
  return settings;
}

ModelInput Probe::input(double seconds, std::size_t bytes) {
  std::vector<std::uint8_t> values(std::max(bytes, sizeof(seconds)));
  std::memcpy(values.data(), &seconds, sizeof(seconds));
  return Tensor::from(values, {static_cast<std::int64_t>(values.size())});
}

std::optional<int> Probe::serve(int argc, char** argv) {
  if (std::getenv(kVariable) == nullptr) return std::nullopt;
  return run_worker<Probe>(argc, argv);
}

}  // namespace inferpool::tools
