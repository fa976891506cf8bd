// SPDX-License-Identifier: Apache-2.0
#include "pool/fleet/recycle_limits.hpp"

#include <algorithm>

#include "core/format.hpp"
#include "settings/duration.hpp"

namespace inferpool::pool::fleet {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLookInterval = 50ms;
constexpr Duration kMemoryInterval = 500ms;

bool serves(const Member& member) { return member.stage == Member::Stage::kReady; }

template <typename T>
T share_of(T limit, double share) {
  return std::clamp(static_cast<T>(static_cast<double>(limit) * share), T{1}, limit);
}

}  // namespace

RecycleLimits::RecycleLimits(const Settings& settings, unsigned seed)
    : max_requests_(settings.max_requests),
      max_memory_(settings.max_worker_rss),
      max_age_(settings.max_worker_age),
      random_(seed) {}

DrawnLimits RecycleLimits::draw(core::TimePoint now) {
  const double share = std::uniform_real_distribution<double>(0.8, 1.0)(random_);
  return {
      .since = now,
      .most_requests = share_of<std::int64_t>(max_requests_.value_or(1), share),
      .most_memory = share_of<std::uint64_t>(max_memory_.value_or(1), share),
      .most_age = Duration(share_of<Duration::rep>(max_age_.value_or(Duration(1)).count(), share))};
}

core::Deadline RecycleLimits::next_look(std::span<const Member> members) const noexcept {
  if (std::ranges::none_of(members, serves) || (!max_requests_ && !max_memory_ && !max_age_))
    return std::nullopt;
  core::Deadline next;
  if (max_requests_) next = next_look_;
  if (max_memory_) next = core::earlier(next, next_look_at_memory_);
  if (!max_age_) return next;
  for (const Member& member : members) {
    const DrawnLimits& limits = member.limits;
    if (serves(member))
      next = core::earlier(next, std::max(core::after(limits.since, limits.most_age), next_look_));
  }
  return next;
}

std::optional<RecycleLimits::Due> RecycleLimits::look(core::TimePoint now,
                                                      std::span<const Member> members,
                                                      const FleetPort& port) {
  if (!core::passed(next_look(members), now)) return std::nullopt;
  next_look_ = core::after(now, kLookInterval);
  const bool memory_too = max_memory_ && now >= next_look_at_memory_;
  if (memory_too) next_look_at_memory_ = core::after(now, kMemoryInterval);
  std::optional<Due> due;
  core::TimePoint first = core::TimePoint::max();
  for (const Member& member : members) {
    if (!serves(member) || member.limits.since >= first) continue;
    auto reason = reached(member, now, port, memory_too);
    if (!reason) continue;
    due = Due{member.generation, *std::move(reason)};
    first = member.limits.since;
  }
  return due;
}

std::optional<std::string> RecycleLimits::reached(const Member& member, core::TimePoint now,
                                                  const FleetPort& port, bool memory_too) const {
  const DrawnLimits& limits = member.limits;
  if (max_requests_) {
    const std::uint64_t served = port.served(member.index);
    if (served >= static_cast<std::uint64_t>(limits.most_requests))
      return core::formatted("max_requests is {}: it served {} requests, and was due from {} on",
                             *max_requests_, served, limits.most_requests);
  }
  if (max_age_ && now - limits.since >= limits.most_age) {
    return core::formatted(
        "max_worker_age is {}: it was ready for {:.1f} s, and was due from {:.1f} s on",
        settings::print_duration(*max_age_), core::seconds(now - limits.since),
        core::seconds(limits.most_age));
  }
  if (!memory_too) return std::nullopt;
  const std::optional<std::uint64_t> memory = port.private_memory(member.generation);
  if (!memory || *memory < limits.most_memory) return std::nullopt;
  return core::formatted("max_worker_rss is {} bytes: it had {} of its own, and was due from {} on",
                         *max_memory_, *memory, limits.most_memory);
}

}  // namespace inferpool::pool::fleet
