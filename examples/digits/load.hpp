// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <inferpool/settings.hpp>
#include <inferpool/stats.hpp>

#include "digits.hpp"
#include "held_out.hpp"

// What is asked of a pool: every image `rounds` times, from `callers` threads at once.
struct Plan {
  std::size_t callers;
  std::size_t rounds;
  bool kill_a_worker;  // with SIGKILL, when half of the requests are out
};

struct Answer {
  bool arrived = false;
  std::array<float, Digits::kClasses> scores = {};

  // The digit of the highest score.
  [[nodiscard]] std::size_t digit() const;
};

struct Kill {
  inferpool::WorkerStats worker;  // as it was just before
  std::size_t after;              // so many requests
};

// What became of it.
struct Outcome {
  std::vector<Answer> answers = {};  // to request r, which asks about image r % images
  std::size_t sent = 0;              // fewer than all only after a signal
  std::size_t sent_again = 0;        // calls whose worker was killed while it ran them
  std::string worker_lost = {};      // what one of those was told
  std::size_t lost = 0;              // calls without an answer
  std::string failure = {};          // what one of those was told
  std::optional<Kill> kill = {};
  inferpool::Stats stats = {};  // at the end
  std::chrono::duration<double> startup = {};
  std::chrono::duration<double> elapsed = {};
};

// Makes a pool, carries out the plan and closes the pool. Stops early, and lets the calls under way
// end, once `signal` is not 0. Throws inferpool::Error where the pool cannot be made.
Outcome carry_out(const Plan& plan, const inferpool::Settings& settings,
                  std::span<const LabelledImage> images, const std::atomic<int>& signal);
