// SPDX-License-Identifier: Apache-2.0
#include "pool/lanes.hpp"

#include <algorithm>

namespace inferpool::pool {

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
    workers[i].in_flight = static_cast<int>(lanes_[i].runs().size());
  }
}

Lane* Lanes::free() noexcept {
  Lane* best = nullptr;
  for (Lane& lane : *this) {
    if (lane.late()) lane.collect_late(++uses_);
    if (!lane.accepts()) continue;
    if (best == nullptr || lane.runs().size() < best->runs().size() ||
        (lane.runs().size() == best->runs().size() && lane.last_used() > best->last_used())) {
      best = &lane;
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

}  // namespace inferpool::pool
