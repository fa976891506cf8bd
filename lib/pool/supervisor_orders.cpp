// SPDX-License-Identifier: Apache-2.0
// Carries out the fleet's commands, and answers its questions.
#include <utility>

#include "pool/supervisor.hpp"

namespace inferpool::pool {

void Supervisor::spawn(int index, int generation) noexcept { spawner_.order(index, generation); }

// Published under the pool's lock, so that a caller that has an answer finds the worker counted.
void Supervisor::serve(int index, int generation) noexcept {
  dispatch_.update([&](dispatch::Dispatch& d, ipc::WakeList& wakes) {
    d.worker_ready(index, worker_of(generation), wakes);
    status_.publish(fleet_);
  });
}

void Supervisor::replace(int index, int generation) noexcept {
  dispatch_.update([&](dispatch::Dispatch& d, ipc::WakeList& wakes) {
    d.worker_replaced(index, worker_of(generation), wakes);
    status_.publish(fleet_);
  });
}

// Under the pool's lock: otherwise a request that is posted meanwhile would stay unread.
void Supervisor::ask_to_leave(int generation) noexcept {
  const auto worker = worker_of(generation);
  dispatch_.update([&](dispatch::Dispatch&, ipc::WakeList& wakes) { worker->ask_to_leave(wakes); });
}

void Supervisor::kill(int generation, const std::string& reason) noexcept {
  worker_of(generation)->kill(reason);
}

// Publishes first, so that a caller who learns of the end finds it counted.
void Supervisor::lose_calls(const reports::WorkerEnd& end) noexcept {
  status_.publish(fleet_);
  dispatch_.update(
      [&](dispatch::Dispatch& d, ipc::WakeList& wakes) { d.worker_ended(end, wakes); });
}

void Supervisor::lose_calls_of_retiring(const reports::WorkerEnd& end) noexcept {
  status_.publish(fleet_);
  dispatch_.update(
      [&](dispatch::Dispatch& d, ipc::WakeList& wakes) { d.retiring_ended(end, wakes); });
}

void Supervisor::refuse_calls(const Error& unavailable) noexcept {
  dispatch_.update(
      [&](dispatch::Dispatch& d, ipc::WakeList& wakes) { d.set_breaker(unavailable, wakes); });
}

void Supervisor::stop_calls() noexcept {
  dispatch_.update([](dispatch::Dispatch& d, ipc::WakeList& wakes) { d.abort(wakes); });
}

void Supervisor::tell(Event event) noexcept {
  status_.publish(fleet_);
  events_.raise(std::move(event));
}

reports::WorkerEnd Supervisor::give_up(int generation) noexcept {
  for (WatchedWorker& watched : workers_) {
    if (!watched.worker || watched.worker->generation() != generation) continue;
    watched.lost = true;
    return watched.worker->give_up(reports::Lost::kUnkillable);
  }
  return {.generation = generation, .lost = reports::Lost::kUnkillable};
}

bool Supervisor::retiring_is_idle() const noexcept {
  return dispatch_.look([](const dispatch::Dispatch& d) { return d.retiring_is_idle(); });
}

bool Supervisor::drained() const noexcept {
  return dispatch_.look([](const dispatch::Dispatch& d) { return d.drained(); });
}

std::uint64_t Supervisor::served(int index) const noexcept {
  return dispatch_.look([&](const dispatch::Dispatch& d) { return d.served(index); });
}

std::optional<std::uint64_t> Supervisor::private_memory(int generation) const {
  const auto worker = worker_of(generation);
  return worker ? worker->private_memory() : std::nullopt;
}

}  // namespace inferpool::pool
