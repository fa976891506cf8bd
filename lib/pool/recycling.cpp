// SPDX-License-Identifier: Apache-2.0
#include "pool/recycling.hpp"

#include <algorithm>
#include <utility>

#include "core/format.hpp"
#include "core/short_of_memory.hpp"
#include "pool/worker_news.hpp"

namespace inferpool::pool {
namespace {

using namespace std::chrono_literals;

// Nobody reports that the worker which retires has ended its last run.
constexpr Duration kRetiringInterval = 10ms;

unsigned seed() { return static_cast<unsigned>(Clock::now().time_since_epoch().count()); }

}  // namespace

Recycling::Recycling(const Settings& settings, const Parts& parts, std::function<void(Event)> raise)
    : parts_(parts),
      raise_(std::move(raise)),
      drain_timeout_(settings.drain_timeout),
      schedule_(settings, seed()) {}

bool Recycling::ended(int index) {
  schedule_.ended(index);
  if (step_ != Step::kStarting || index != index_) return false;
  step_ = Step::kNone;
  place(index).worker = std::exchange(beside().worker, nullptr);
  place(index).ordered = std::exchange(beside().ordered, false);
  parts_.roster.successor_promoted();
  return true;
}

void Recycling::step(TimePoint now) {
  if (step_ == Step::kNone) start_due(now);
  if (step_ == Step::kRetiring) let_go(now);
}

Deadline Recycling::next_step(TimePoint now) const {
  if (step_ == Step::kStarting) return std::nullopt;
  if (step_ == Step::kRetiring)
    return beside().asked_to_leave ? leave_by_ : Deadline(after(now, kRetiringInterval));
  const Deadline look = schedule_.next_look();
  return look ? std::max(look, beside().next_start) : look;
}

void Recycling::start_due(TimePoint now) {
  if (beside().next_start && !passed(beside().next_start, now)) return;
  beside().next_start.reset();
  auto due = schedule_.look(
      now, {.served =
                [&](int index) {
                  return parts_.dispatch.look([&](const Dispatch& d) { return d.served(index); });
                },
            .private_memory = [&](int index) { return place(index).worker->private_memory(); }});
  if (!due) return;
  index_ = due->index;
  reason_ = std::move(due->reason);
  step_ = Step::kStarting;
  beside().ordered = true;
  generation_ = parts_.spawner.order(index_);
}

void Recycling::started() {
  const WorkerHandle& worker = *beside().worker;
  parts_.roster.successor_starting(index_, worker.generation(), worker.pid());
}

void Recycling::replace(TimePoint now) {
  step_ = Step::kRetiring;
  parts_.dispatch.update([&](Dispatch& d, ipc::WakeList& wakes) {
    d.worker_replaced(index_, beside().worker, wakes);
  });
  std::swap(place(index_).worker, beside().worker);
  beside().schedule.succeeded();
  place(index_).schedule.succeeded();
  parts_.roster.replaced();
  schedule_.ready(index_, now);
}

void Recycling::successor_failed(const WorkerEnd& end, const Error& error, TimePoint now) {
  step_ = Step::kNone;
  beside().next_start = beside().schedule.after_failed_start(now);
  parts_.roster.successor_failed(error);
  raise_(event_of(EventKind::kStartFailed, end, error));
  Event event = event_of(EventKind::kRestarting, end);
  event.delay = *beside().next_start - now;
  raise_(std::move(event));
}

void Recycling::let_go(TimePoint now) {
  Place& old = beside();
  if (old.asked_to_leave) {
    if (!passed(leave_by_, now)) return;
    leave_by_.reset();
    old.worker->kill(text_or("it was recycled", [&] {
      return formatted("it was recycled, and did not leave within drain_timeout ({} s)",
                       std::chrono::duration<double>(drain_timeout_).count());
    }));
    return;
  }
  old.asked_to_leave = parts_.dispatch.update([&](Dispatch& d, ipc::WakeList& wakes) {
    if (!d.retiring_is_idle()) return false;
    old.worker->ask_to_leave(wakes);
    return true;
  });
  leave_by_ = after(now, drain_timeout_);
}

void Recycling::retired(const WorkerEnd& end) {
  step_ = Step::kNone;
  const bool left = std::exchange(beside().asked_to_leave, false);
  const auto lost = left ? std::nullopt : std::optional(worker_lost(end, 0, Phase::kNone));
  parts_.dispatch.update([&](Dispatch& d, ipc::WakeList& wakes) { d.retiring_ended(end, wakes); });
  parts_.roster.retired(lost);
  Event event = event_of(left ? EventKind::kRecycled : EventKind::kDied, end, lost);
  if (left)
    event.text = text_or("", [&] {
      const bool orderly = !end.status.signal && end.status.code.value_or(0) == 0;
      return orderly ? reason_ : reason_ + "; " + to_string(end);
    });
  raise_(std::move(event));
}

}  // namespace inferpool::pool
