// SPDX-License-Identifier: Apache-2.0
// Answers with its input after a time, or not at all, as Settings::extra says: {"wait_us": 5000},
// {"die_at": 3}, {"throw_at": 3}.
#include <time.h>

#include <chrono>
#include <csignal>
#include <stdexcept>

#include <inferpool/worker.hpp>
#include <nlohmann/json.hpp>

namespace {

using inferpool::Settings;
using inferpool::Tensor;
using Microseconds = std::chrono::microseconds;

class Timed {
 public:
  explicit Timed(const Settings& settings) {
    const auto extra = nlohmann::json::parse(settings.extra.empty() ? "{}" : settings.extra);
    wait_ = Microseconds(extra.value("wait_us", 0));
    die_at_ = extra.value("die_at", 0);
    throw_at_ = extra.value("throw_at", 0);
  }

  Tensor predict(const Tensor& input) {
    ++calls_;
    if (calls_ == die_at_) std::raise(SIGKILL);
    if (calls_ == throw_at_) throw std::domain_error("no such digit");
    if (wait_ > Microseconds(0)) {
      const auto rest = wait_.count() % 1'000'000 * 1'000;
      const timespec pause{wait_.count() / 1'000'000, rest};
      ::clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, nullptr);
    }
    return input;
  }

 private:
  Microseconds wait_{};
  int die_at_ = 0;
  int throw_at_ = 0;
  int calls_ = 0;
};

}  // namespace

int main(int argc, char** argv) { return inferpool::run_worker<Timed>(argc, argv); }
