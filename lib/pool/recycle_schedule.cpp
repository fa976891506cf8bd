// SPDX-License-Identifier: Apache-2.0
#include "pool/recycle_schedule.hpp"

#include <algorithm>

#include "core/format.hpp"
#include "model/duration.hpp"

namespace inferpool::pool {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLookInterval = 50ms;
constexpr Duration kMemoryInterval = 500ms;

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

template <typename T>
T share_of(T limit, double share) {
  return std::clamp(static_cast<T>(static_cast<double>(limit) * share), T{1}, limit);
}

}  // namespace

RecycleSchedule::RecycleSchedule(const Settings& settings, unsigned seed)
    : max_requests_(settings.max_requests),
      max_memory_(settings.max_worker_rss),
      max_age_(settings.max_worker_age),
      random_(seed) {
  workers_.reserve(static_cast<std::size_t>(settings.workers.value_or(0)) + 1);  // of all places
}

void RecycleSchedule::ready(int index, TimePoint now) {
  ended(index);
  const double share = std::uniform_real_distribution<double>(0.8, 1.0)(random_);
  workers_.push_back({.index = index,
                      .since = now,
                      .most_requests = share_of<std::int64_t>(max_requests_.value_or(1), share),
                      .most_memory = share_of<std::uint64_t>(max_memory_.value_or(1), share),
                      .most_age = Duration(
                          share_of<Duration::rep>(max_age_.value_or(Duration(1)).count(), share))});
}

void RecycleSchedule::ended(int index) noexcept {
  std::erase_if(workers_, [index](const Worker& worker) { return worker.index == index; });
}

Deadline RecycleSchedule::next_look() const noexcept {
  if (workers_.empty() || (!max_requests_ && !max_memory_ && !max_age_)) return std::nullopt;
  Deadline next;
  if (max_requests_) next = next_look_;
  if (max_memory_) next = earlier(next, next_look_at_memory_);
  if (!max_age_) return next;
  for (const Worker& worker : workers_) {
    next = earlier(next, std::max(after(worker.since, worker.most_age), next_look_));
  }
  return next;
}

std::optional<RecycleSchedule::Due> RecycleSchedule::look(TimePoint now, const Facts& facts) {
  if (!passed(next_look(), now)) return std::nullopt;
  next_look_ = after(now, kLookInterval);
  const bool memory_too = max_memory_ && now >= next_look_at_memory_;
  if (memory_too) next_look_at_memory_ = after(now, kMemoryInterval);
  for (const Worker& worker : workers_) {
    if (auto reason = reached(worker, now, facts, memory_too))
      return Due{worker.index, *std::move(reason)};
  }
  return std::nullopt;
}

std::optional<std::string> RecycleSchedule::reached(const Worker& worker, TimePoint now,
                                                    const Facts& facts, bool memory_too) const {
  if (max_requests_) {
    const std::uint64_t served = facts.served(worker.index);
    if (served >= static_cast<std::uint64_t>(worker.most_requests))
      return formatted("max_requests is {}: it served {} requests, and was due from {} on",
                       *max_requests_, served, worker.most_requests);
  }
  if (max_age_ && now - worker.since >= worker.most_age) {
    return formatted(
        "max_worker_age is {}: it was ready for {:.1f} s, and was due from {:.1f} s on",
        print_duration(*max_age_), seconds(now - worker.since), seconds(worker.most_age));
  }
  if (!memory_too) return std::nullopt;
  const std::optional<std::uint64_t> memory = facts.private_memory(worker.index);
  if (!memory || *memory < worker.most_memory) return std::nullopt;
  return formatted("max_worker_rss is {} bytes: it had {} of its own, and was due from {} on",
                   *max_memory_, *memory, worker.most_memory);
}

}  // namespace inferpool::pool
