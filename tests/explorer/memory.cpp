// SPDX-License-Identifier: Apache-2.0
#include "explorer/memory.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <utility>

namespace inferpool::explorer {

void Memory::begin() {
  ++run_;
  threads_ = {};
  for (std::size_t i = 0; i < kMostThreads; ++i) threads_[i].known.clock[i] = 1;
  plain_.clear();
  state_ = 0;
  for (Location& location : locations_) {
    if (location.place != kNone || !location.shared()) continue;
    if (places_ == kMostCells) throw std::length_error("a scene shares too many cells");
    location.place = places_++;
  }
}

bool Memory::Location::shared() const noexcept { return written && std::popcount(touched_by) > 1; }

Memory::Location& Memory::location_of(const Cell& cell) {
  if (cell.number >= locations_.size()) locations_.resize(cell.number + 1);
  return locations_[cell.number];
}

Memory::Location& Memory::at(const Cell& cell) {
  Location& location = location_of(cell);
  if (location.run != run_) {
    location.run = run_;
    location.ordered = 0;
    location.writes.clear();
    location.writes.push_back({cell.initial, cell.number, {}});
  }
  return location;
}

int Memory::older(int thread, const Cell& cell, Order order) {
  const Location& location = at(cell);
  if (location.place == kNone) return 0;
  std::uint8_t first = this->thread(thread).known.writes[location.place];
  if (order == Order::seq_cst) first = std::max(first, location.ordered);
  return static_cast<int>(location.writes.size()) - 1 - first;
}

std::uint64_t Memory::peek(const Cell& cell, int older) {
  const Location& location = at(cell);
  return location.writes[location.writes.size() - 1 - static_cast<std::size_t>(older)].value;
}

void Memory::meet(Location& location, Order order, std::uint8_t write) {
  if (order != Order::seq_cst || location.ordered >= write) return;
  const auto hash = [&](std::uint8_t number) { return mix(mix(location.place, number), 1); };
  state_ += hash(write) - hash(location.ordered);
  location.ordered = write;
}

std::uint64_t Memory::read(int thread, const Cell& cell, Order order, int older) {
  Location& location = at(cell);
  const std::size_t number = location.writes.size() - 1 - static_cast<std::size_t>(older);
  const Write& write = location.writes[number];
  Thread& reader = this->thread(thread);
  if (acquires(order)) reader.known.join(write.carried);
  reader.history = mix(reader.history, write.hash);
  if (location.place == kNone) return write.value;
  std::uint8_t& known = reader.known.writes[location.place];
  known = std::max(known, static_cast<std::uint8_t>(number));
  meet(location, order, static_cast<std::uint8_t>(number));
  return write.value;
}

void Memory::append(int thread, const Cell& cell, Order order, std::uint64_t value, bool changes) {
  Location& location = at(cell);
  const std::size_t number = location.writes.size();
  if (number > 250) throw std::length_error("a cell is written too often");
  Thread& writer = this->thread(thread);
  if (location.place != kNone)
    writer.known.writes[location.place] = static_cast<std::uint8_t>(number);
  Write write{value, mix(mix(writer.history, value), mix(cell.number, number)), {}};
  if (releases(order)) write.carried = writer.known;
  if (changes) write.carried.join(location.writes.back().carried);
  if (releases(order)) ++writer.known.clock[static_cast<std::size_t>(thread)];
  state_ += write.hash;
  writer.history = mix(writer.history, write.hash);
  location.writes.push_back(write);
  if (location.place != kNone) meet(location, order, static_cast<std::uint8_t>(number));
}

void Memory::write(int thread, const Cell& cell, Order order, std::uint64_t value) {
  append(thread, cell, order, value, false);
}

void Memory::change(int thread, const Cell& cell, Order order, std::uint64_t value) {
  read(thread, cell, order, 0);
  append(thread, cell, order, value, true);
}

void Memory::publish(int thread, const Cell& cell) {
  Location& location = at(cell);
  if (location.place == kNone) return;
  meet(location, Order::seq_cst, this->thread(thread).known.writes[location.place]);
}

bool Memory::read_plain(int thread, const void* at) {
  PlainUse& use = plain_[at];
  const Known& known = this->thread(thread).known;
  use.read[static_cast<std::size_t>(thread)] = known.clock[static_cast<std::size_t>(thread)];
  return known.clock[use.writer] >= use.written;
}

bool Memory::write_plain(int thread, const void* at) {
  PlainUse& use = plain_[at];
  const Known& known = this->thread(thread).known;
  const bool after_reads = std::equal(use.read.begin(), use.read.end(), known.clock.begin(),
                                      [](auto read, auto seen) { return read <= seen; });
  const bool after_write = known.clock[use.writer] >= use.written;
  use = {.writer = static_cast<std::uint8_t>(thread),
         .written = known.clock[static_cast<std::size_t>(thread)]};
  return after_reads && after_write;
}

bool Memory::shared(int thread, const Cell& cell, bool writes) {
  if (thread == 0) return false;
  Location& location = location_of(cell);
  const bool before = location.shared();
  location.touched_by |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(thread));
  location.written = location.written || writes;
  if (location.shared() && !before) found_shared_ = true;
  return location.shared();
}

bool Memory::found_shared() noexcept { return std::exchange(found_shared_, false); }

}  // namespace inferpool::explorer
