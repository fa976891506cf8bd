// SPDX-License-Identifier: Apache-2.0
#include "explorer/stage.hpp"

#include <algorithm>
#include <sstream>

namespace inferpool::explorer {

Stage::Stage(Bounds bounds, std::vector<Weakening> weakenings)
    : bounds_(bounds), accesses_(std::move(weakenings)), first_number_(Cell::next_number) {
  current_ = this;
}

Stage::~Stage() {
  current_ = nullptr;
  Cell::next_number = first_number_;
}

void Stage::begin() {
  memory_.begin();
  threads_.clear();
  threads_.push_back({"set-up", {}, kHost, false, Status::kReady});
  may_stop_.clear();
  trace_.clear();
  failure_.reset();
  over_ = false;
  running_ = 0;
  stopped_ = -1;
  stale_reads_ = 0;
  preemptions_ = 0;
  Cell::next_number = first_number_;
}

bool Stage::advance() {
  if (!memory_.found_shared()) return choices_.advance();
  choices_.restart();  // another thread may go first at more steps now
  seen_.clear();
  return true;
}

void Stage::thread(std::string name, std::function<void()> body, int process, bool idles) {
  threads_.push_back({std::move(name), std::move(body), process, idles, Status::kReady});
}

void Stage::on_stop(std::string name, std::function<void()> body, int process) {
  threads_.push_back({std::move(name), std::move(body), kHost, true, Status::kUnborn});
  threads_.back().after = process;
}

void Stage::play() {
  const Known known = memory_.thread(0).known;
  for (std::size_t i = 1; i < threads_.size(); ++i) {
    memory_.thread(static_cast<int>(i)).known.join(known);
    fibers_[i].begin([this] { live(); });
  }
  ++memory_.thread(0).known.clock[0];
  threads_[0].status = Status::kEnded;
  switch_over();
  running_ = 0;
  if (over_ || failure_) throw Over{};
  for (std::size_t i = 1; i < threads_.size(); ++i)
    memory_.thread(0).known.join(memory_.thread(static_cast<int>(i)).known);
}

void Stage::live() {
  learn(1);  // a state in which it has started is another state
  self().body();
  self().status = Status::kEnded;
  switch_over();
}

bool Stage::may_run(const Thread& thread) {
  switch (thread.status) {
    case Status::kReady:
      return true;
    case Status::kLocking:
      return memory_.peek(*thread.locking) == 0;
    case Status::kUnborn:
      return stopped_ == thread.after;
    default:
      return false;
  }
}

// The running thread comes first. A process that may stop is listed by its negative number.
void Stage::find_alternatives() {
  alternatives_.clear();
  const bool goes_on = may_run(self());
  if (goes_on) alternatives_.push_back(running_);
  if (!goes_on || preemptions_ != bounds_.preemptions) {
    for (int i = 1; i < static_cast<int>(threads_.size()); ++i)
      if (i != running_ && may_run(threads_[static_cast<std::size_t>(i)]))
        alternatives_.push_back(i);
  }
  if (stopped_ < 0)
    for (const int process : may_stop_) alternatives_.push_back(-process);
}

void Stage::switch_over() {
  for (;;) {
    find_alternatives();
    const std::size_t count = alternatives_.size();
    if (count == 0) break;
    if (count > 1 && choices_.at_new() && !seen_.insert(state()).second) {
      over_ = true;  // everything that can follow was played
      break;
    }
    const int next =
        alternatives_[static_cast<std::size_t>(choices_.choose(static_cast<int>(count)))];
    if (next != running_ && next >= 0 && alternatives_.front() == running_) ++preemptions_;
    if (next >= 0) return go_on_with(next);
    stop(-next);
  }
  if (!over_) check_sleepers();
  if (running_ != 0) leave();
}

void Stage::go_on_with(int next) {
  const int before = std::exchange(running_, next);
  if (before == next) return;
  if (self().status == Status::kUnborn) {
    self().status = Status::kReady;
    for (std::size_t i = 1; i < threads_.size(); ++i)
      if (threads_[i].process == self().after)
        memory_.thread(running_).known.join(memory_.thread(static_cast<int>(i)).known);
  }
  Fiber::change(fibers_[static_cast<std::size_t>(before)], fibers_[static_cast<std::size_t>(next)]);
}

void Stage::stop(int process) {
  stopped_ = process;
  for (std::size_t i = 1; i < threads_.size(); ++i) {
    Thread& thread = threads_[i];
    if (thread.process != process) continue;
    if (thread.status != Status::kEnded) thread.status = Status::kStopped;
    for (const Cell* cell : thread.held)  // robust: the next thread gets the lock
      memory_.change(static_cast<int>(i), *cell, Order::acq_rel, 0);
    thread.held.clear();
  }
  note("the worker stops");
}

void Stage::check_sleepers() {
  for (const Thread& thread : threads_) {
    const bool waits = thread.status == Status::kAsleep || thread.status == Status::kLocking;
    if (!waits || thread.idles) continue;
    failure_ = thread.name + (thread.status == Status::kAsleep ? " sleeps" : " waits for a lock") +
               " for ever";
    return;
  }
}

void Stage::leave() {
  Fiber::change(fibers_[static_cast<std::size_t>(running_)], fibers_[0]);
  __builtin_unreachable();
}

void Stage::fail(std::string what) {
  failure_ = threads_[static_cast<std::size_t>(running_)].name + ": " + what;
  if (running_ == 0) throw Over{};
  leave();
}

void Stage::expect(bool holds, const char* what) {
  if (!holds) fail(std::string("not so: ") + what);
}

std::uint64_t Stage::state() const {
  std::uint64_t state = mix(memory_.state(), static_cast<std::uint64_t>(stale_reads_));
  state = mix(state, static_cast<std::uint64_t>(stopped_ + 1));
  if (bounds_.preemptions != Bounds::kAnyNumber)
    state = mix(state, static_cast<std::uint64_t>(preemptions_ * 8 + running_));
  for (std::size_t i = 1; i < threads_.size(); ++i) {
    const auto history = memory_.thread(static_cast<int>(i)).history;
    state = mix(state, mix(history, static_cast<std::uint64_t>(threads_[i].status)));
  }
  return state;
}

// Relaxed loads in a row, followed by relaxed stores in a row, are one step. Whatever another
// thread could do between two of them has the same effect before them, while the loads read the
// older values, or after them, while that thread reads older values. This holds for words that no
// other thread changes meanwhile.
bool Stage::in_a_row(Operation operation, Order order) {
  std::optional<Operation> now;
  if (order == Order::relaxed && (operation == Operation::kLoad || operation == Operation::kStore))
    now = operation;
  const std::optional<Operation> before = std::exchange(self().relaxed, now);
  return before && now && (*before == Operation::kLoad || *now == Operation::kStore);
}

void Stage::enter_call(bool shared) {
  self().relaxed.reset();
  if (shared) switch_over();
}

const Access& Stage::enter(const Cell& cell, Operation operation, Order order, Where where) {
  const bool writes = operation == Operation::kStore || operation == Operation::kChange;
  memory_.peek(cell);
  const bool one_step = in_a_row(operation, order);
  if (memory_.shared(running_, cell, writes) && !one_step) switch_over();
  return accesses_.of(where, operation, order, cell.number, [&] {
    return name_of_ ? name_of_(cell) : std::to_string(cell.number - first_number_);
  });
}

std::uint64_t Stage::read(const Cell& cell, const Access& access, Order order, int older) {
  const std::uint64_t value = memory_.read(running_, cell, order, older);
  note(access, cell, value, value, older);
  return value;
}

std::uint64_t Stage::load(const Cell& cell, Order order, Where where) {
  const Access& access = enter(cell, Operation::kLoad, order, where);
  return read(cell, access, access.order, choose_older(cell, access.order));
}

int Stage::choose_older(const Cell& cell, Order order) {
  if (stale_reads_ >= bounds_.stale_reads || running_ == 0) return 0;
  const int older = choices_.choose(memory_.older(running_, cell, order) + 1);
  if (older != 0) ++stale_reads_;
  return older;
}

void Stage::store(const Cell& cell, Order order, std::uint64_t value, Where where) {
  const Access& access = enter(cell, Operation::kStore, order, where);
  const std::uint64_t before = memory_.peek(cell);
  memory_.write(running_, cell, access.order, value);
  note(access, cell, before, value);
}

std::string Stage::trace() const {
  std::ostringstream text;
  for (const Step& step : trace_) {
    text << "  " << threads_[static_cast<std::size_t>(step.thread)].name << "  ";
    if (step.access == nullptr) {
      text << step.text;
      if (step.cell != nullptr && name_of_) text << " " << name_of_(*step.cell);
    } else {
      text << step.access->name;
      if (step.access->order != step.access->stated) text << " as " << name_of(step.access->order);
      text << ": " << step.before;
      if (step.before != step.after) text << " -> " << step.after;
      if (step.older > 0) text << ", though " << step.older << " newer";
      if (step.access->left_out) text << ", left out";
    }
    text << "\n";
  }
  return text.str();
}

}  // namespace inferpool::explorer
