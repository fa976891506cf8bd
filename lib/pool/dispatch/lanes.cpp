// SPDX-License-Identifier: Apache-2.0
#include "pool/dispatch/lanes.hpp"

#include <algorithm>
#include <numeric>

namespace inferpool::pool::dispatch {

Lanes::Lanes(int workers, int concurrency) {
  for (int index = 0; index <= workers; ++index) lanes_.emplace_back(index, concurrency);
}

Lane& Lanes::retire(int index) noexcept {
  retiring_index_ = index;
  retiring().take_over((*this)[index]);
  return retiring();
}

int Lanes::live() const noexcept {
  return static_cast<int>(
      std::count_if(begin(), end(), [](const Lane& lane) { return lane.live(); }));
}

std::size_t Lanes::ahead() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(begin(), end(), [](const Lane& lane) { return lane.ahead() != nullptr; }));
}

void Lanes::count(std::span<WorkerStats> workers) const noexcept {
  const std::size_t places = retiring().live() ? lanes_.size() : size();
  for (std::size_t i = 0; i < std::min(places, workers.size()); ++i) {
    workers[i].served = lanes_[i].served();
    workers[i].in_flight = static_cast<int>(lanes_[i].in_hand());
  }
}

int Lanes::over() const noexcept {
  return std::accumulate(lanes_.begin(), lanes_.end(), 0,
                         [](int sum, const Lane& lane) { return sum + lane.over(); });
}

bool Lanes::awaited() const noexcept {
  return std::any_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.awaited(); });
}

Lane* Lanes::free() noexcept {
  Lane* best = nullptr;
  std::size_t least = 0;
  for (Lane& lane : *this) {
    if (lane.late()) lane.collect_late(++uses_);
    if (!lane.accepts()) continue;
    const std::size_t busy = lane.in_hand();
    if (best == nullptr || busy < least ||
        (busy == least && lane.last_used() > best->last_used())) {
      best = &lane;
      least = busy;
    }
  }
  return best;
}

Lane* Lanes::to_post_ahead() noexcept {
  const auto lane = std::find_if(begin(), end(), [](const Lane& l) { return l.accepts_ahead(); });
  return lane == end() ? nullptr : &*lane;
}

void Lanes::collect_late() noexcept {
  for (Lane& lane : lanes_) lane.collect_late(++uses_);
}

}  // namespace inferpool::pool::dispatch
