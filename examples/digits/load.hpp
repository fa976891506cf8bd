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

// The requests to a pool: every image `rounds` times, from `callers` threads at once.
struct Plan {
  std::size_t callers;
  std::size_t rounds;
  bool kill_a_worker;  // with SIGKILL, when half of the requests are sent
};

struct Answer {
  bool arrived = false;
  std::array<float, Digits::kClasses> scores = {};

  // The digit of the highest score.
  [[nodiscard]] std::size_t digit() const;
};

struct Kill {
  inferpool::WorkerStats worker;  // just before the kill
  std::size_t after;              // how many requests were sent before
};

// The outcome of a plan.
struct Outcome {
  std::vector<Answer> answers = {};  // [r] answers request r, which has image r % images
  std::size_t sent = 0;              // fewer than all only after a signal
  std::size_t sent_again = 0;        // calls whose worker was killed while it ran them
  std::string worker_lost = {};      // the error of one of those
  std::size_t lost = 0;              // calls without an answer
  std::string failure = {};          // the error of one of those
  std::optional<Kill> kill = {};
  inferpool::Stats stats = {};  // at the end
  std::chrono::duration<double> startup = {};
  std::chrono::duration<double> elapsed = {};
};

// Makes a pool, carries out the plan and closes the pool. Once `signal` is not 0 it sends no more
// requests, and lets the calls under way end. Throws inferpool::Error if the pool cannot be made.
Outcome carry_out(const Plan& plan, const inferpool::Settings& settings,
                  std::span<const LabelledImage> images, const std::atomic<int>& signal);
