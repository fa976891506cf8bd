// SPDX-License-Identifier: Apache-2.0
#include "pool/workers.hpp"

#include <array>
#include <optional>

#include "core/format.hpp"
#include "ipc/announced_copy.hpp"
#include "ipc/lost_wakes.hpp"
#include "model/packed_settings.hpp"
#include "model/settings_memory.hpp"
#include "pool/start_failure.hpp"
#include "pool/worker_path.hpp"

namespace inferpool::pool {
namespace {

// Of the processors on which threads may spin, so many do callers in the queue leave to those that
// are served.
constexpr int kLeftToServed = 1;

// Ends the sleep of a caller whose stop_token was asked to stop.
struct WakeCaller {
  Waiter* waiter;
  void operator()() const noexcept {
    ipc::WakeList wakes;
    waiter->notify(wakes);
  }
};

// However a call ends.
struct RememberDeaths {
  Exchange& exchange;
  Call& call;
  ~RememberDeaths() { exchange.remember_deaths(call); }
};

DispatchLimits limits_of(const Origin& origin) {
  const Settings& settings = origin.settings;
  return {.workers = *settings.workers,
          .concurrency = settings.concurrency,
          .max_queue_size = settings.max_queue_size,
          .processors = origin.surroundings.processors,
          .cancel_grace = settings.cancel_grace,
          .hang_timeout = settings.hang_timeout};
}

}  // namespace

std::shared_ptr<const Origin> Workers::make_origin(const Settings& settings,
                                                   const detail::ModelTraits& traits) {
  auto origin = std::make_shared<Origin>(find_worker(settings.worker, traits.libexec));
  origin->settings = settings;
  origin->signature = traits.signature;
  origin->packed_settings = pack(settings);
  origin->reply_bytes = reply_region_size(*settings.shared_memory_limit, *settings.workers);
  try {
    origin->requests = ipc::RequestRegion::create(*settings.shared_memory_limit / 2);
  } catch (const std::runtime_error& error) {
    throw start_failure(formatted("its shared memory could not be made: {}", error.what()));
  }
  return origin;
}

Workers::Workers(Settings settings, const detail::ModelTraits& traits)
    : Backend(std::move(settings)),
      origin_(make_origin(this->settings(), traits)),
      events_(std::make_shared<Events>(this->settings())),
      dispatch_(limits_of(*origin_)),
      roster_(*this->settings().workers),
      spin_(this->settings().spin, origin_->surroundings.processors) {
  supervisor_ = std::make_unique<Supervisor>(origin_, dispatch_, roster_, *events_);
  exchange_ = std::make_unique<Exchange>(origin_, dispatch_, *supervisor_);
  completion_ = std::make_unique<Completion>(*exchange_, events_, this->settings().spin,
                                             origin_->surroundings.processors);
}

void Workers::start() {
  {
    const std::lock_guard lock(close_mutex_);  // an event may let another thread close the pool
    made_at_start([this] { supervisor_->start(); });
  }
  if (origin_->settings.start_in_background) return;
  if (const auto failure = roster_.wait_started()) {
    close();
    throw *failure;
  }
}

Workers::~Workers() {
  if (!completion_->on_this_thread()) {
    close();
    return;
  }
  dispatch_.update([](Dispatch& d, ipc::WakeList& wakes) { d.close(wakes); });
  supervisor_->begin_stop();  // ends what is under way, while this thread goes on telling of it
  completion_->stop();
  supervisor_->stop();
  events_->raise({.kind = EventKind::kStopped});
}

void Workers::refuse_child() const {
  if (guard_.in_child()) {
    throw Error(ErrorCode::kStopped,
                "this process is a fork of the pool's host; a pool works only in the process that "
                "made it");
  }
}

void Workers::infer(detail::Job& job, const InferOptions& options) {
  refuse_child();
  Call call;
  Waiter waiter;
  call.waiter = &waiter;
  exchange_->prepare(call, job, options);
  const std::stop_callback on_stop(options.stop, WakeCaller{&waiter});
  Placement placement = exchange_->admit(call);
  const RememberDeaths at_end{*exchange_, call};
  try {
    wait_and_collect(call, placement, job, options.stop);
  } catch (...) {
    exchange_->forget(call);
    throw;
  }
}

void Workers::wait_and_collect(Call& call, Placement& placement, detail::Job& job,
                               const std::stop_token& stop) {
  for (;; placement = exchange_->look(call)) {
    await(call, placement, stop);
    if (placement.state == CallState::kDone) throw *call.error;
    if (exchange_->collect(call, placement, job)) break;
  }
}

void Workers::infer_stream(detail::StreamJob& job, const InferOptions& options) {
  refuse_child();
  Call call;
  Waiter waiter;
  call.waiter = &waiter;
  call.streams = true;
  exchange_->prepare(call, job, options);
  const std::stop_callback on_stop(options.stop, WakeCaller{&waiter});
  Placement placement = exchange_->admit(call);
  const RememberDeaths at_end{*exchange_, call};
  try {
    wait_and_take(call, placement, job, options.stop);
  } catch (...) {
    exchange_->forget(call);
    throw;
  }
}

void Workers::wait_and_take(Call& call, Placement& placement, detail::StreamJob& job,
                            const std::stop_token& stop) {
  for (std::uint32_t seen = 0;;) {
    await(call, placement, stop);
    if (placement.state == CallState::kDone) throw *call.error;
    const bool last = placement.answered();
    const bool read = last ? exchange_->collect(call, placement, job)
                           : exchange_->collect_part(call, placement, job);
    const bool more = !read || job.take();
    if (read && last) return;
    if (!more) return exchange_->end_early(call);
    // What stands already is not waited for.
    if (give_up_if_due(call, stop) || !read || call.waiter->seen() != seen) {
      seen = call.waiter->seen();
      placement = exchange_->look(call);
    }
  }
}

bool Workers::give_up_if_due(Call& call, const std::stop_token& stop) {
  const bool cancelled = stop.stop_requested();
  if (!cancelled && !(call.deadline && passed(call.deadline, Clock::now()))) return false;
  exchange_->give_up(call, cancelled ? ErrorCode::kCancelled : ErrorCode::kDeadlineExceeded);
  return true;
}

// Until the call is answered or done, or a part of its answer stands.
void Workers::await(Call& call, Placement& placement, const std::stop_token& stop) {
  const Waiter& waiter = *call.waiter;
  const auto has_news = [&] {
    return placement.answered() || (call.streams && placement.part_stands());
  };
  std::uint32_t seen = 0;
  int announced = 0;
  for (bool expects = false;;) {
    if (placement.state == CallState::kDone || has_news()) return;
    const auto changed = [&] { return has_news() || waiter.seen() != seen; };
    const int reserve = placement.state == CallState::kPosted ? 0 : kLeftToServed;
    const bool found = expects ? spin_.expect(changed, reserve, placement.crowded)
                               : spin_.spin(changed, reserve, placement.crowded);
    expects = false;
    if (!found) {
      const bool woken = sleep(call, placement, seen);
      expects = woken && !changed() && ++announced <= ipc::kMostAnnounced;
      exchange_->check(call, placement);
      if (!changed() && passed(call.deadline, Clock::now()))
        exchange_->give_up(call, ErrorCode::kDeadlineExceeded);
    }
    if (stop.stop_requested() && !has_news()) exchange_->give_up(call, ErrorCode::kCancelled);
    if (waiter.seen() != seen) {
      seen = waiter.seen();
      placement = exchange_->look(call);
    }
  }
}

bool Workers::sleep(const Call& call, const Placement& placement, std::uint32_t seen) {
  if (placement.dead) return false;  // what stood is gone, and nobody would wake this thread
  std::array<ipc::WaitFor, 2> words;
  std::size_t count = 0;
  // The reply first: an old kernel sleeps on the first word only.
  if (placement.state == CallState::kPosted)
    words[count++] = placement.worker->memory()->ring().park(placement.sequence);
  words[count++] = call.waiter->park(seen);
  const auto came = [&] {
    return placement.answered() || (call.streams && placement.part_stands()) ||
           call.waiter->seen() != seen;
  };
  const bool woken = !came() && ipc::wait({words.data(), count}, call.deadline, came);
  call.waiter->unpark();
  return woken;
}

void Workers::submit(std::unique_ptr<detail::AsyncJob> job, const InferOptions& options) noexcept {
  try {
    refuse_child();
  } catch (const Error& error) {
    try {
      return job->fail(error);
    } catch (...) {
      return;  // a handler's own; no event: at the fork another thread may have been telling one
    }
  }
  completion_->submit(std::move(job), options);
}

detail::StorageRef Workers::allocate(std::size_t size) {
  refuse_child();
  return origin_->requests->allocate(size);
}

void Workers::close() noexcept {
  if (guard_.in_child()) return;
  dispatch_.update([](Dispatch& d, ipc::WakeList& wakes) { d.close(wakes); });
  // A handler's, or one of on_event: it cannot wait for itself.
  if (completion_->on_this_thread() || supervisor_->on_this_thread()) return;
  {
    const std::lock_guard lock(close_mutex_);
    supervisor_->stop();
    completion_->stop();
  }
  events_->raise({.kind = EventKind::kStopped});
}

bool Workers::wait_ready(TimePoint deadline) {
  refuse_child();
  return roster_.wait_ready(deadline);
}

Stats Workers::stats() const {
  refuse_child();
  Stats stats;
  roster_.count(stats);
  dispatch_.look([&](const Dispatch& d) {
    d.count(stats);
    const TickRate& rate = d.counts().rate();
    int place = 0;  // the one after the last: the worker that retires
    for (WorkerStats& worker : stats.workers) {
      if (worker.state == WorkerState::kReady) worker.state = d.state(place);
      if (const auto since = d.running_since(place++)) worker.running_for = rate.since(since);
    }
  });
  stats.payload_in_flight = origin_->requests->used();
  return stats;
}

Health Workers::health() const {
  refuse_child();
  return roster_.health();
}

}  // namespace inferpool::pool
