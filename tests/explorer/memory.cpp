// SPDX-License-Identifier: Apache-2.0
#include "explorer/memory.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <utility>

namespace inferpool::explorer {

namespace {
constexpr std::uint8_t kNowhere = 0xff;
}  // namespace

void Memory::begin() {
  ++run_;
  threads_ = {};
  for (std::size_t i = 0; i < kMostThreads; ++i) threads_[i].known.clock[i] = 1;
  plain_.clear();
  state_ = 0;
}

std::size_t Memory::place_of(const Cell& cell) {
  if (cell.number >= places_.size()) places_.resize(cell.number + 1, kNowhere);
  std::uint8_t& place = places_[cell.number];
  if (place == kNowhere) {
    if (locations_.size() == kMostCells) throw std::length_error("a scene touches too many cells");
    place = static_cast<std::uint8_t>(locations_.size());
    locations_.emplace_back();
  }
  return place;
}

Memory::Location& Memory::at(const Cell& cell) {
  Location& location = locations_[place_of(cell)];
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
  std::uint8_t first = this->thread(thread).known.writes[place_of(cell)];
  if (order == Order::seq_cst) first = std::max(first, location.ordered);
  return static_cast<int>(location.writes.size()) - 1 - first;
}

std::uint64_t Memory::peek(const Cell& cell, int older) {
  const Location& location = at(cell);
  return location.writes[location.writes.size() - 1 - static_cast<std::size_t>(older)].value;
}

void Memory::meet(Location& location, std::size_t place, Order order, std::uint8_t write) {
  if (order != Order::seq_cst || location.ordered >= write) return;
  state_ += mix(mix(place, write), 1) - mix(mix(place, location.ordered), 1);
  location.ordered = write;
}

std::uint64_t Memory::read(int thread, const Cell& cell, Order order, int older) {
  const std::size_t place = place_of(cell);
  Location& location = at(cell);
  const std::size_t number = location.writes.size() - 1 - static_cast<std::size_t>(older);
  const Write& write = location.writes[number];
  Thread& reader = this->thread(thread);
  reader.known.writes[place] =
      std::max(reader.known.writes[place], static_cast<std::uint8_t>(number));
  if (acquires(order)) reader.known.join(write.carried);
  meet(location, place, order, static_cast<std::uint8_t>(number));
  reader.history = mix(reader.history, write.hash);
  return write.value;
}

void Memory::append(int thread, const Cell& cell, Order order, std::uint64_t value, bool changes) {
  const std::size_t place = place_of(cell);
  Location& location = at(cell);
  const std::size_t number = location.writes.size();
  if (number > 250) throw std::length_error("a cell is written too often");
  Thread& writer = this->thread(thread);
  writer.known.writes[place] = static_cast<std::uint8_t>(number);
  Write write{value, mix(mix(writer.history, value), mix(cell.number, number)), {}};
  if (releases(order)) write.carried = writer.known;
  if (changes) write.carried.join(location.writes.back().carried);
  if (releases(order)) ++writer.known.clock[static_cast<std::size_t>(thread)];
  state_ += write.hash;
  writer.history = mix(writer.history, write.hash);
  location.writes.push_back(write);
  meet(location, place, order, static_cast<std::uint8_t>(number));
}

void Memory::write(int thread, const Cell& cell, Order order, std::uint64_t value) {
  append(thread, cell, order, value, false);
}

void Memory::change(int thread, const Cell& cell, Order order, std::uint64_t value) {
  read(thread, cell, order, 0);
  append(thread, cell, order, value, true);
}

void Memory::publish(int thread, const Cell& cell) {
  const std::size_t place = place_of(cell);
  meet(at(cell), place, Order::seq_cst, this->thread(thread).known.writes[place]);
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
  Location& location = locations_[place_of(cell)];
  const auto several = [&] { return location.written && std::popcount(location.touched_by) > 1; };
  const bool before = several();
  location.touched_by |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(thread));
  location.written = location.written || writes;
  if (several() && !before) found_shared_ = true;
  return several();
}

bool Memory::found_shared() noexcept { return std::exchange(found_shared_, false); }

}  // namespace inferpool::explorer
