// SPDX-License-Identifier: Apache-2.0
#include "pool/dispatch/turns.hpp"

#include <utility>

#include <inferpool/error.hpp>

#include "core/format.hpp"
#include "pool/reports/call_errors.hpp"

namespace inferpool::pool::dispatch {
namespace {

// The error for a thread that would wait for itself: the model, or on_part, asks its own pool.
Error inside_itself(std::uint64_t id) {
  ErrorDetails details;
  details.phase = Phase::kQueued;
  details.request_id = id;
  return {
      ErrorCode::kInvalidArgument,
      core::formatted("request {}: with workers = 0 this thread runs the model already, which is "
                      "not thread_safe; ask it after infer_stream, or set workers",
                      id),
      std::move(details)};
}

}  // namespace

bool Turns::enter(std::uint64_t request_id, const core::Deadline& deadline,
                  const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (closed_) throw reports::stopped();
  if (runner_ == std::this_thread::get_id()) throw inside_itself(request_id);
  if (thread_safe_ || (running_ == 0 && waiting_.empty())) {
    ++running_;
    if (!thread_safe_) runner_ = std::this_thread::get_id();
    return false;
  }
  if (waiting_.size() >= max_queue_size_)
    throw reports::queue_full(waiting_.size(), max_queue_size_);
  return wait(lock, request_id, deadline, stop);
}

bool Turns::wait(std::unique_lock<std::mutex>& lock, std::uint64_t request_id,
                 const core::Deadline& deadline, const std::stop_token& stop) {
  Turn turn;
  const auto place = waiting_.insert(waiting_.end(), &turn);
  const auto come = [&] { return turn.come || turn.stopped; };
  if (deadline) {
    turn.called.wait_until(lock, stop, *deadline, come);
  } else {
    turn.called.wait(lock, stop, come);
  }
  if (turn.come) {  // leave() counted it as running and took it off the list
    runner_ = std::this_thread::get_id();
    return true;
  }
  if (turn.stopped) throw reports::stopped();
  waiting_.erase(place);
  throw reports::given_up(
      stop.stop_requested() ? ErrorCode::kCancelled : ErrorCode::kDeadlineExceeded, request_id,
      Phase::kQueued, "before its turn came");
}

void Turns::leave() noexcept {
  const std::lock_guard lock(mutex_);
  --running_;
  runner_ = {};
  if (!waiting_.empty()) {
    Turn* next = waiting_.front();
    waiting_.pop_front();
    next->come = true;
    ++running_;
    next->called.notify_one();
  } else if (running_ == 0) {
    idle_.notify_all();
  }
}

void Turns::close(core::TimePoint drained_by) noexcept {
  std::unique_lock lock(mutex_);
  closed_ = true;
  idle_.wait_until(lock, drained_by, [this] { return running_ == 0 && waiting_.empty(); });
  for (Turn* turn : std::exchange(waiting_, {})) {
    turn->stopped = true;
    turn->called.notify_one();
  }
}

bool Turns::closed() const noexcept {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::size_t Turns::waiting() const noexcept {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

}  // namespace inferpool::pool::dispatch
