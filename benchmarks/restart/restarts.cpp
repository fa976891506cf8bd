// SPDX-License-Identifier: Apache-2.0
#include "restart/restarts.hpp"

#include <signal.h>

namespace bench {

Restarts::Restarts()
    : pool_({.worker = "bench_noting_worker",
             .workers = 1,
             .on_event = [this](const inferpool::Event& event) { note(event); }}) {
  pid_ = pool_.infer({}).pid;
}

Restarts::Stages Restarts::kill_one() {
  Stages stages;
  stages.killed = std::chrono::steady_clock::now();
  kill(pid_, SIGKILL);
  Notes notes;
  do {
    // The dying worker may still answer, or lose the request.
    if (const auto answer = pool_.try_infer({})) notes = *answer;
    stages.answered = std::chrono::steady_clock::now();
  } while (notes.pid == 0 || notes.pid == pid_);
  pid_ = notes.pid;
  stages.died = told(inferpool::EventKind::kDied);
  stages.started = told(inferpool::EventKind::kStarted);
  stages.main = notes.main;
  stages.load = notes.load;
  stages.loaded = notes.loaded;
  stages.ready = told(inferpool::EventKind::kReady);
  return stages;
}

void Restarts::note(const inferpool::Event& event) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  told_.at(static_cast<std::size_t>(event.kind)) = now;
}

Restarts::TimePoint Restarts::told(inferpool::EventKind kind) {
  const std::lock_guard lock(mutex_);
  return told_.at(static_cast<std::size_t>(kind));
}

}  // namespace bench
