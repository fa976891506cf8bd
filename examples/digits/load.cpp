// SPDX-License-Identifier: Apache-2.0
#include "load.hpp"

#include <signal.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include <inferpool/pool.hpp>

namespace {

using Clock = std::chrono::steady_clock;

// A request whose worker dies is sent again, but not after it has ended three workers.
constexpr int kMostAttempts = 3;

// The callers of one pool.
class Load {
 public:
  Load(inferpool::Pool<Digits>& pool, const Plan& plan, std::span<const LabelledImage> images,
       const std::atomic<int>& signal)
      : pool_(pool), plan_(plan), images_(images), signal_(signal) {
    outcome_.answers.resize(images.size() * plan.rounds);
  }

  Outcome run() {
    const Clock::time_point start = Clock::now();
    std::vector<std::thread> callers;
    for (std::size_t c = 0; c < plan_.callers; ++c) callers.emplace_back([this] { call(); });
    for (std::thread& caller : callers) caller.join();
    outcome_.elapsed = Clock::now() - start;
    outcome_.sent = std::min(next_.load(), outcome_.answers.size());
    return std::move(outcome_);
  }

 private:
  // One caller: takes the next request until there is none.
  void call() {
    while (signal_ == 0) {
      const std::size_t request = next_++;
      if (request >= outcome_.answers.size()) return;
      if (plan_.kill_a_worker && request == outcome_.answers.size() / 2) kill_a_worker(request);
      ask(images_[request % images_.size()], outcome_.answers[request]);
    }
  }

  void ask(const LabelledImage& image, Answer& answer) {
    const auto pixels = inferpool::Tensor::borrow(image.pixels, {1, Digits::kPixels});
    for (int attempt = 1;; ++attempt) {
      const inferpool::Result<inferpool::Tensor> scores = pool_.try_infer(pixels);
      if (scores) return accept(*scores, answer);
      const std::lock_guard lock(mutex_);
      if (scores.error().code() != inferpool::ErrorCode::kWorkerLost || attempt == kMostAttempts) {
        ++outcome_.lost;
        outcome_.failure = scores.error().what();
        return;
      }
      ++outcome_.sent_again;
      outcome_.worker_lost = scores.error().what();
    }
  }

  // The settings may name a worker of another model.
  void accept(const inferpool::Tensor& scores, Answer& answer) {
    if (scores.datatype() == inferpool::Datatype::kFp32 &&
        scores.shape() == inferpool::Shape{1, Digits::kClasses}) {
      std::ranges::copy(scores.values<float>(), answer.scores.begin());
      answer.arrived = true;
      return;
    }
    const std::lock_guard lock(mutex_);
    ++outcome_.lost;
    outcome_.failure =
        std::string("expected scores as FP32 [1, 10], not ").append(to_string(scores));
  }

  // Prefers a worker that runs a request, which is the harder case.
  void kill_a_worker(std::size_t after) {
    const std::vector<inferpool::WorkerStats> workers = pool_.stats().workers;
    const auto victim = std::ranges::max_element(workers, {}, [](const inferpool::WorkerStats& w) {
      return w.state == inferpool::WorkerState::kReady ? 1 + w.in_flight : 0;
    });
    if (victim == workers.end() || victim->state != inferpool::WorkerState::kReady) return;
    if (::kill(victim->pid, SIGKILL) == 0) outcome_.kill = Kill{*victim, after};
  }

  inferpool::Pool<Digits>& pool_;
  const Plan plan_;
  const std::span<const LabelledImage> images_;
  const std::atomic<int>& signal_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;  // guards the counts and texts of outcome_; each answer has one writer
  Outcome outcome_;
};

// Waits at most 30 s, and ends at a signal.
void wait_for_successor(inferpool::Pool<Digits>& pool, const std::atomic<int>& signal) {
  const Clock::time_point limit = Clock::now() + std::chrono::seconds(30);
  while (signal == 0 && Clock::now() < limit) {
    if (pool.wait_ready(Clock::now() + std::chrono::milliseconds(100))) return;
  }
}

}  // namespace

std::size_t Answer::digit() const {
  return static_cast<std::size_t>(std::ranges::max_element(scores) - scores.begin());
}

Outcome carry_out(const Plan& plan, const inferpool::Settings& settings,
                  std::span<const LabelledImage> images, const std::atomic<int>& signal) {
  const Clock::time_point start = Clock::now();
  inferpool::Pool<Digits> pool(settings);
  const std::chrono::duration<double> startup = Clock::now() - start;

  Outcome outcome = Load(pool, plan, images, signal).run();
  outcome.startup = startup;
  if (outcome.kill) wait_for_successor(pool, signal);
  outcome.stats = pool.stats();
  pool.close();
  return outcome;
}
