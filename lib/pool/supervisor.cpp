// SPDX-License-Identifier: Apache-2.0
#include "pool/supervisor.hpp"

#include <algorithm>
#include <utility>

#include "core/format.hpp"
#include "core/quiet_thread.hpp"
#include "core/short_of_memory.hpp"

namespace inferpool::pool {
namespace {

using namespace std::chrono_literals;

constexpr Duration kNextAttempt = 10ms;
constexpr Duration kTrimInterval = 10s;

std::size_t places_of(const processes::PoolConfiguration& configuration) {
  return static_cast<std::size_t>(*configuration.settings.workers);
}

unsigned seed() { return static_cast<unsigned>(core::Clock::now().time_since_epoch().count()); }

}  // namespace

Supervisor::Supervisor(std::shared_ptr<const processes::PoolConfiguration> configuration,
                       dispatch::LockedDispatch& dispatch, fleet::Status& status,
                       reports::Events& events)
    : configuration_(std::move(configuration)),
      dispatch_(dispatch),
      status_(status),
      events_(events),
      fleet_(configuration_->settings, *this, seed()),
      late_(places_of(*configuration_)),
      polls_(2 * places_of(*configuration_) + 1),
      spawner_(configuration_, places_of(*configuration_) + 1, [this] { event_.signal(); }) {
  workers_.reserve(2 * places_of(*configuration_) + 1);
}

Supervisor::~Supervisor() { stop(); }

void Supervisor::start() {
  fleet_.start();
  thread_ = core::quiet_thread("inferpool-watch", [this] { run(); });
}

void Supervisor::begin_stop() noexcept {
  closing_.store(true);
  event_.signal();
}

void Supervisor::stop() noexcept {
  if (!thread_.joinable()) return;
  begin_stop();
  thread_.join();
}

void Supervisor::run() noexcept {
  id_.store(std::this_thread::get_id());
  while (turn()) continue;
  status_.stopped();
  id_.store({});  // another thread may get this one's id
}

// Leaves a step without memory to the next turn.
template <typename Step>
void Supervisor::attempt(const Step& step) noexcept try {
  step();
} catch (...) {
  short_of_memory_ = true;
}

bool Supervisor::turn() noexcept {
  const core::TimePoint now = core::Clock::now();
  if (closing_.load()) fleet_.close(now);
  note_kills(now);
  attempt([&] { fleet_.step(now); });
  if (fleet_.over()) return false;
  attempt([&] { trim(now); });
  const core::Deadline next = next_time(now);
  tell_late();
  status_.publish(fleet_);
  polls_.wait(event_, workers_, next);
  for (std::size_t i = 0; i < workers_.size(); ++i) attempt([&] { attend(i); });
  std::erase_if(workers_, [](const WatchedWorker& watched) { return !watched.worker; });
  take_spawned();
  // Comes last: a message that came in time counts, even if the host was stopped meanwhile (in a
  // debugger).
  fleet_.check_starts(now);
  return true;
}

core::Deadline Supervisor::next_time(core::TimePoint now) noexcept {
  core::Deadline next = dispatch_.update(
      [&](dispatch::Dispatch& d, ipc::WakeList& wakes) { return d.sweep(now, wakes); });
  note_kills(now);  // of that sweep
  next = core::earlier(next, fleet_.next_step(now));
  for (const WatchedWorker& watched : workers_) next = core::earlier(next, watched.next_look(now));
  if (!closing_.load()) next = core::earlier(next, next_trim_);
  if (std::exchange(short_of_memory_, false))
    next = core::earlier(next, core::after(now, kNextAttempt));
  return next;
}

void Supervisor::note_kills(core::TimePoint now) noexcept {
  for (const WatchedWorker& watched : workers_) {
    if (watched.worker->killed()) fleet_.killed(watched.worker->generation(), now);
  }
}

// Not under the lock, because late() raises events.
void Supervisor::tell_late() noexcept {
  dispatch_.look([&](const dispatch::Dispatch& d) {
    for (std::size_t i = 0; i < late_.size(); ++i)
      late_[i] = d.state(static_cast<int>(i)) == WorkerState::kLate;
  });
  for (std::size_t i = 0; i < late_.size(); ++i) fleet_.late(static_cast<int>(i), late_[i] != 0);
}

void Supervisor::take_spawned() noexcept {
  const core::TimePoint now = core::Clock::now();
  while (std::optional<processes::Spawned> spawned = spawner_.take()) {
    if (spawned->failure) {
      fleet_.not_spawned(spawned->generation, *spawned->failure, now);
      continue;
    }
    const int pid = spawned->worker->pid();
    workers_.push_back({.worker = std::move(spawned->worker)});
    fleet_.spawned(spawned->generation, pid, now);
  }
}

void Supervisor::attend(std::size_t i) {
  WatchedWorker& watched = workers_[i];
  processes::WorkerHandle& worker = *watched.worker;
  const auto [ended, spoke, wrote] = polls_.of(i, watched);
  if (watched.lost) {
    if (ended) attend_end(watched);
    return;
  }
  if (wrote) worker.output().drain();
  worker.output().show_due();
  if (!spoke && !ended) return;
  // Its last messages count even if it has ended: hello and ready, or why the model did not load.
  for (int message = 0; message < 3 && worker.socket_fd() >= 0; ++message) worker.advance();
  if (worker.stage() != processes::WorkerHandle::Stage::kShakingHands)
    fleet_.loads(worker.generation());
  if (ended) attend_end(watched);
  if (watched.worker && !watched.lost && worker.stage() == processes::WorkerHandle::Stage::kReady)
    fleet_.ready(worker.generation(), core::Clock::now());
}

void Supervisor::attend_end(WatchedWorker& watched) noexcept {
  const core::TimePoint now = core::Clock::now();
  if (const std::optional<reports::WorkerEnd> end = watched.worker->end()) {
    fleet_.ended(*end, now);
    watched.worker.reset();
  } else if (watched.worker->has_ended()) {
    if (!watched.unreaped_for_long(now) || std::exchange(watched.lost, true)) return;
    fleet_.ended(watched.worker->give_up(reports::Lost::kUnreaped), now);
  }
}

void Supervisor::trim(core::TimePoint now) {
  if (closing_.load() || (next_trim_ && !core::passed(next_trim_, now))) return;
  next_trim_ = core::after(now, kTrimInterval);
  Stats stats;
  dispatch_.look([&](const dispatch::Dispatch& d) { d.count(stats); });
  if (std::exchange(requests_at_trim_, stats.requests) == stats.requests)
    configuration_->requests->trim();
}

std::shared_ptr<processes::WorkerHandle> Supervisor::worker_of(int generation) const noexcept {
  for (const WatchedWorker& watched : workers_) {
    if (watched.worker && watched.worker->generation() == generation) return watched.worker;
  }
  return nullptr;
}

std::string Supervisor::left_behind() const noexcept {
  return core::text_or("lost workers", [&] {
    std::string text;
    for (const WatchedWorker& watched : workers_)
      text += core::formatted("{}worker {} (pid {})", text.empty() ? "" : ", ",
                              watched.worker->index(), watched.worker->pid());
    return text.empty() ? text
                        : text +
                              ": killed, but the kernel has not reported the end to this process, "
                              "where a zombie will remain";
  });
}

}  // namespace inferpool::pool
