// SPDX-License-Identifier: Apache-2.0
#include "pool/supervisor.hpp"

#include <algorithm>
#include <utility>

#include "core/short_of_memory.hpp"
#include "pool/quiet_thread.hpp"
#include "pool/worker_news.hpp"

namespace inferpool::pool {
namespace {

using namespace std::chrono_literals;

constexpr Duration kNextAttempt = 10ms;

}  // namespace

Supervisor::Supervisor(std::shared_ptr<const Origin> origin, LockedDispatch& dispatch,
                       Roster& roster, Events& events)
    : origin_(std::move(origin)),
      dispatch_(dispatch),
      roster_(roster),
      events_(events),
      polls_(static_cast<std::size_t>(*origin_->settings.workers) + 1),
      breaker_(origin_->settings.restart_backoff.breaker, dispatch),
      spawner_(origin_, static_cast<std::size_t>(*origin_->settings.workers) + 1,
               [this] { event_.signal(); }),
      recycling_(origin_->settings, {dispatch, roster, spawner_, places_},
                 [this](Event event) { raise(std::move(event)); }) {
  const int workers = *origin_->settings.workers;
  for (int i = 0; i <= workers; ++i) {
    const auto seed =
        static_cast<unsigned>(Clock::now().time_since_epoch().count()) + static_cast<unsigned>(i);
    places_.emplace_back(origin_->settings.restart_backoff, seed);
  }
}

void Supervisor::start() {
  for (std::size_t i = 0; i < workers(); ++i) order(static_cast<int>(i));
  thread_ = quiet_thread("inferpool-watch", [this] { run(); });
}

Supervisor::~Supervisor() { stop(); }

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
  roster_.stopped();
  id_.store({});  // another thread may get this one's id
}

// What there is no memory for is left to the next turn. So each step changes nothing before it has
// what it needs; the end of a worker and of its calls, and closing, need none.
template <typename Step>
void Supervisor::attempt(const Step& step) noexcept try {
  step();
} catch (...) {
  short_of_memory_ = true;
}

bool Supervisor::turn() noexcept {
  const TimePoint now = Clock::now();
  if (closing_.load()) {
    if (close_step(now)) return false;
  } else {
    start_due(now);
    if (next_recycling(now)) attempt([&] { recycling_.step(now); });
    attempt([&] { trim(now); });
  }
  const Deadline next = next_time(now);
  tell_late();
  polls_.wait(event_, places_, next);
  take_spawned();
  for (std::size_t i = 0; i < places_.size(); ++i) attempt([&] { attend(i); });
  // What was said in time counts, though the host was stopped meanwhile (in a debugger).
  check_startup(now);
  return true;
}

Deadline Supervisor::next_time(TimePoint now) noexcept {
  Deadline next =
      dispatch_.update([&](Dispatch& d, ipc::WakeList& wakes) { return d.sweep(now, wakes); });
  if (!closing_.load()) next = earlier(next, next_recycling(now));
  for (const Place& place : places_) {
    if (!closing_.load() && &place != &places_.back()) next = earlier(next, place.next_start);
    next = earlier(next, place.next_look(now, origin_->settings.startup_timeout));
  }
  if (!closing_.load()) next = earlier(next, next_trim_);
  // While it closes: a look at whether the last call is done, which nobody reports.
  if (closing_.load()) next = earlier(next, after(now, 2ms));
  if (std::exchange(short_of_memory_, false)) next = earlier(next, after(now, kNextAttempt));
  return next;
}

void Supervisor::tell_late() noexcept {
  dispatch_.look([&](const Dispatch& d) {
    for (std::size_t i = 0; i < workers(); ++i) {
      Place& place = places_[i];
      const bool late = place.worker && d.state(static_cast<int>(i)) == WorkerState::kLate;
      place.tell_late = !std::exchange(place.late, late) && late;
    }
  });
  for (Place& place : places_) {
    if (std::exchange(place.tell_late, false)) raise(event_of(EventKind::kLate, *place.worker));
  }
}

Deadline Supervisor::next_recycling(TimePoint now) const {
  const Deadline next = recycling_.next_step(now);
  return next && !first_start_pending() ? next : std::nullopt;
}

void Supervisor::take_spawned() noexcept {
  while (std::optional<Spawned> spawned = spawner_.take()) {
    const bool beside = recycling_.ordered(spawned->generation);
    Place& place = beside ? places_.back() : places_[static_cast<std::size_t>(spawned->index)];
    place.ordered = false;
    if (!spawned->worker) {
      const WorkerEnd none{.index = spawned->index, .generation = spawned->generation};
      beside ? recycling_.successor_failed(none, *spawned->failure, Clock::now())
             : on_failed_start(none, *spawned->failure);
      continue;
    }
    place.worker = std::move(spawned->worker);
    place.asked_to_leave = false;
    if (beside) {
      recycling_.started();
    } else {
      roster_.starting(spawned->index, spawned->generation, place.worker->pid());
    }
    raise(event_of(EventKind::kStarted, *place.worker));
  }
}

void Supervisor::attend(std::size_t index) {
  const Place& place = places_[index];
  const auto worker = place.worker;
  if (!worker) return;
  const auto [ended, spoke, wrote] = polls_.of(index, *worker);
  if (wrote) worker->output().drain();
  worker->output().show_due();
  if (spoke || ended) {
    const auto before = worker->stage();
    // What it said last counts, though it has ended: hello and ready, or why the model did not
    // load.
    for (int i = 0; i < 3 && worker->socket_fd() >= 0; ++i) worker->advance();
    const auto end = ended ? worker->end() : std::nullopt;
    const bool is_new = before != WorkerHandle::Stage::kReady && place.ready();
    // A successor that is dead already does not take the place of one that lives.
    if (is_new && !(end && worker == places_.back().worker)) on_ready(worker);
    if (end) on_end(worker, *end);
  }
}

void Supervisor::on_ready(const std::shared_ptr<WorkerHandle>& worker) {
  const int index = worker->index();
  const TimePoint now = Clock::now();
  if (worker == places_.back().worker) {
    recycling_.replace(now);
  } else {
    dispatch_.update(
        [&](Dispatch& d, ipc::WakeList& wakes) { d.worker_ready(index, worker, wakes); });
    roster_.ready(index);
    recycling_.ready(index, now);
  }
  places_[static_cast<std::size_t>(index)].schedule.ready(now);
  raise(event_of(EventKind::kReady, *worker));
  if (auto closed = breaker_.ready()) raise(*std::move(closed));
}

void Supervisor::on_end(const std::shared_ptr<WorkerHandle>& worker, const WorkerEnd& end) {
  if (worker == places_.back().worker) return on_end_beside(*worker, end);
  Place& place = places_[static_cast<std::size_t>(end.index)];
  const bool was_ready = place.ready();
  place.worker.reset();
  if (!was_ready || first_start_pending()) {
    recycling_.ended(end.index);
    dispatch_.update([&](Dispatch& d, ipc::WakeList& wakes) { d.worker_ended(end, wakes); });
    return on_failed_start(end, start_failed(*worker, end));
  }
  const auto lost =
      place.asked_to_leave ? std::nullopt : std::optional(worker_lost(end, 0, Phase::kNone));
  roster_.ended(end.index, lost);
  const bool answered = dispatch_.update([&](Dispatch& d, ipc::WakeList& wakes) {
    d.worker_ended(end, wakes);
    return d.served(end.index) > 0;
  });
  if (lost) raise(event_of(EventKind::kDied, end, lost));
  const TimePoint now = Clock::now();
  const bool useful = answered || place.asked_to_leave || !end.reason.empty();
  const TimePoint next = place.schedule.after_death(now, useful);
  if (!recycling_.ended(end.index)) restart_at(next, now, end);
}

void Supervisor::on_end_beside(const WorkerHandle& worker, const WorkerEnd& end) {
  places_.back().worker.reset();
  if (recycling_.retiring()) return recycling_.retired(end);
  recycling_.successor_failed(end, start_failed(worker, end), Clock::now());
}

void Supervisor::on_failed_start(const WorkerEnd& end, const Error& error) {
  Place& place = places_[static_cast<std::size_t>(end.index)];
  given_up_ = given_up_ || first_start_pending();
  roster_.start_failed(end.index, error);
  raise(event_of(EventKind::kStartFailed, end, error));
  if (auto opened = breaker_.start_failed(error)) raise(*std::move(opened));
  const TimePoint now = Clock::now();
  restart_at(place.schedule.after_failed_start(now), now, end);
}

void Supervisor::restart_at(TimePoint when, TimePoint now, const WorkerEnd& last) {
  places_[static_cast<std::size_t>(last.index)].next_start = when;
  if (given_up_) return;
  Event event = event_of(EventKind::kRestarting, last);
  event.delay = when - now;
  raise(std::move(event));
}

void Supervisor::raise(Event event) noexcept {
  // How workers leave a pool that closes is no news, unless they die of something. Not closing_:
  // the event that lets the constructor return or throw is told, however soon it closes the pool.
  if (!close_deadline_ || event.kind == EventKind::kDied) events_.raise(std::move(event));
}

bool Supervisor::first_start_pending() const {
  return !origin_->settings.start_in_background && roster_.health().state == PoolState::kStarting;
}

void Supervisor::start_due(TimePoint now) {
  if (given_up_) return;
  for (std::size_t i = 0; i < workers(); ++i) {
    if (passed(places_[i].next_start, now)) order(static_cast<int>(i));
  }
}

void Supervisor::order(int index) noexcept {
  Place& place = places_[static_cast<std::size_t>(index)];
  place.next_start.reset();
  place.ordered = true;
  spawner_.order(index);
}

void Supervisor::check_startup(TimePoint now) {
  for (const Place& place : places_) {
    if (place.worker) place.worker->check_startup(now);
  }
}

void Supervisor::trim(TimePoint now) {
  if (next_trim_ && !passed(next_trim_, now)) return;
  next_trim_ = after(now, 10s);
  Stats stats;
  dispatch_.look([&](const Dispatch& d) { d.count(stats); });
  if (std::exchange(requests_at_trim_, stats.requests) == stats.requests) origin_->requests->trim();
}

bool Supervisor::close_step(TimePoint now) {
  if (!close_deadline_) close_deadline_ = after(now, origin_->settings.drain_timeout);
  const bool timed_out = passed(close_deadline_, now);
  const bool drained = dispatch_.look([](const Dispatch& d) { return d.drained(); });
  if (timed_out && !drained)
    dispatch_.update([](Dispatch& d, ipc::WakeList& wakes) { d.abort(wakes); });
  bool any = false;
  for (Place& place : places_) {
    any = any || place.ordered || place.worker;
    if (!place.worker) continue;
    if (timed_out || place.worker->stage() != WorkerHandle::Stage::kReady) {
      place.worker->kill(text_or("the pool closed", [&]() -> std::string {
        return timed_out ? "the pool closed and drain_timeout passed" : "the pool closed";
      }));
    } else if (drained && !place.asked_to_leave) {
      place.asked_to_leave = true;
      dispatch_.update([&](Dispatch&, ipc::WakeList& wakes) { place.worker->ask_to_leave(wakes); });
    }
  }
  return !any;
}

}  // namespace inferpool::pool
