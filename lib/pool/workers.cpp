// SPDX-License-Identifier: Apache-2.0
#include "pool/workers.hpp"

#include "core/format.hpp"
#include "pool/processes/launch.hpp"
#include "pool/processes/worker_path.hpp"
#include "pool/reports/start_failure.hpp"
#include "settings/packed_settings.hpp"
#include "settings/settings_memory.hpp"

namespace inferpool::pool {
namespace {

dispatch::DispatchLimits limits_of(const processes::PoolConfiguration& configuration) {
  const Settings& settings = configuration.settings;
  return {.workers = *settings.workers,
          .concurrency = settings.concurrency,
          .max_queue_size = settings.max_queue_size,
          .processors = configuration.processors,
          .cancel_grace = settings.cancel_grace,
          .hang_timeout = settings.hang_timeout};
}

}  // namespace

std::shared_ptr<const processes::PoolConfiguration> Workers::make_configuration(
    const Settings& settings, const detail::ModelTraits& traits) {
  auto configuration = std::make_shared<processes::PoolConfiguration>(
      processes::find_worker(settings.worker, traits.libexec));
  configuration->settings = settings;
  configuration->signature = traits.signature;
  configuration->packed_settings = settings::pack(settings);
  configuration->processors = processes::processors_of_pool(settings);
  configuration->reply_bytes =
      settings::reply_region_size(*settings.shared_memory_limit, *settings.workers);
  try {
    configuration->requests = ipc::RequestRegion::create(*settings.shared_memory_limit / 2);
  } catch (const std::runtime_error& error) {
    throw reports::start_failure(
        core::formatted("its shared memory could not be made: {}", error.what()));
  }
  return configuration;
}

Workers::Workers(Settings settings, const detail::ModelTraits& traits)
    : Backend(std::move(settings)),
      configuration_(make_configuration(this->settings(), traits)),
      events_(std::make_shared<reports::Events>(this->settings())),
      dispatch_(limits_of(*configuration_)),
      status_(*this->settings().workers),
      supervisor_(configuration_, dispatch_, status_, *events_),
      protocol_(configuration_, dispatch_, supervisor_.watcher()),
      blocking_(protocol_, this->settings().spin, configuration_->processors),
      completion_(protocol_, events_, this->settings().spin, configuration_->processors) {}

void Workers::start() {
  {
    const std::lock_guard lock(close_mutex_);  // an event may let another thread close the pool
    reports::made_at_start([this] { supervisor_.start(); });
  }
  if (configuration_->settings.start_in_background) return;
  if (const auto failure = status_.wait_started()) {
    close();
    throw *failure;
  }
}

Workers::~Workers() {
  if (!completion_.on_this_thread()) {
    close();
    return;
  }
  dispatch_.update([](dispatch::Dispatch& d, ipc::WakeList& wakes) { d.close(wakes); });
  supervisor_.begin_stop();  // ends the calls under way, while this thread tells their jobs
  completion_.stop();
  supervisor_.stop();
  events_->raise({.kind = EventKind::kStopped, .text = supervisor_.left_behind()});
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
  blocking_.infer(job, options);
}

void Workers::infer_stream(detail::StreamJob& job, const InferOptions& options) {
  refuse_child();
  blocking_.infer_stream(job, options);
}

void Workers::submit(std::unique_ptr<detail::AsyncJob> job, const InferOptions& options) noexcept {
  try {
    refuse_child();
  } catch (const Error& error) {
    try {
      return job->fail(error);
    } catch (...) {
      return;  // no event for its exception: the fork may have copied a held lock
    }
  }
  completion_.submit(std::move(job), options);
}

detail::StorageRef Workers::allocate(std::size_t size) {
  refuse_child();
  return configuration_->requests->allocate(size);
}

void Workers::close() noexcept {
  if (guard_.in_child()) return;
  dispatch_.update([](dispatch::Dispatch& d, ipc::WakeList& wakes) { d.close(wakes); });
  // A handler or on_event is running on this thread, which cannot wait for itself.
  if (completion_.on_this_thread() || supervisor_.on_this_thread()) return;
  {
    const std::lock_guard lock(close_mutex_);
    supervisor_.stop();
    completion_.stop();
  }
  events_->raise({.kind = EventKind::kStopped, .text = supervisor_.left_behind()});
}

bool Workers::wait_ready(core::TimePoint deadline) {
  refuse_child();
  return status_.wait_ready(deadline);
}

Stats Workers::stats() const {
  refuse_child();
  Stats stats;
  status_.count(stats);
  dispatch_.look([&](const dispatch::Dispatch& d) {
    d.count(stats);
    const core::TickRate& rate = d.counts().rate();
    int index = 0;  // after the last index: the retiring worker
    for (WorkerStats& worker : stats.workers) {
      if (worker.state == WorkerState::kReady) worker.state = d.state(index);
      if (const auto since = d.running_since(index++)) worker.running_for = rate.since(since);
    }
  });
  stats.payload_in_flight = configuration_->requests->used();
  return stats;
}

Health Workers::health() const {
  refuse_child();
  return status_.health();
}

}  // namespace inferpool::pool
