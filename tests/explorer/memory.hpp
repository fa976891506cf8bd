// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace inferpool::explorer {

using Order = std::memory_order;

constexpr bool acquires(Order order) noexcept {
  return order == Order::acquire || order == Order::acq_rel || order == Order::seq_cst;
}
constexpr bool releases(Order order) noexcept {
  return order == Order::release || order == Order::acq_rel || order == Order::seq_cst;
}

constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  std::uint64_t x = (a ^ (b + 0x9e3779b97f4a7c15 + (a << 6) + (a >> 2))) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 29)) * 0x94d049bb133111eb;
  return x ^ (x >> 32);
}

inline constexpr std::size_t kMostThreads = 5;  // of a scene; the first one sets it up
inline constexpr std::size_t kMostCells = 64;   // that the threads of a scene share

// What a thread knows: of each cell the newest write that it may not fall behind, and of each
// thread how far it had come.
struct Known {
  std::array<std::uint8_t, kMostCells> writes{};
  std::array<std::uint8_t, kMostThreads> clock{};

  void join(const Known& other) noexcept {
    for (std::size_t i = 0; i < kMostCells; ++i)
      writes[i] = writes[i] < other.writes[i] ? other.writes[i] : writes[i];
    for (std::size_t i = 0; i < kMostThreads; ++i)
      clock[i] = clock[i] < other.clock[i] ? other.clock[i] : clock[i];
  }
};

// An atomic object. Its number is the same in each run of a scene.
struct Cell {
  explicit Cell(std::uint64_t value) noexcept : initial(value), number(next_number++) {}
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  std::uint64_t initial;
  std::uint32_t number;
  static inline std::uint32_t next_number = 0;
};

// Memory as C++ knows it, over which threads read and write one step at a time.
//
// Each cell keeps all its writes in their order of modification. A load may read any of them that
// is not older than what its thread knows of the cell, so it may see writes to two cells in another
// order than they were made in; a read-modify-write reads the last one, also where it is a
// compare-and-swap that fails. A releasing write carries
// what its thread knows, an acquiring read takes that over; a read-modify-write hands on what the
// write before it carried (a release sequence). A sequentially consistent read does not fall behind
// the sequentially consistent reads and writes of the same cell before it.
//
// Beside C++ it leaves out what needs a thread to run ahead of itself: a load does not read what is
// written later in the run, and a write goes behind all writes of its cell that were made before.
// So load buffering and two writes that change places with two others are not seen, nor is a total
// order of the sequentially consistent accesses that contradicts the run. There are no fences.
//
// Plain bytes are not read out of order: two accesses of which neither is known to the thread that
// makes the other are a race, however the run went, and an error.
class Memory {
 public:
  struct Thread {
    Known known;
    std::uint64_t history = 0;  // of all that it has read and done: the same, so is its state
  };

  // A new run of the scene.
  void begin();

  Thread& thread(int number) noexcept { return threads_[static_cast<std::size_t>(number)]; }
  [[nodiscard]] const Thread& thread(int number) const noexcept {
    return threads_[static_cast<std::size_t>(number)];
  }

  // How many writes before the last one a load may read.
  int older(int thread, const Cell& cell, Order order);
  // The value, of so many writes before the last one.
  std::uint64_t peek(const Cell& cell, int older = 0);
  std::uint64_t read(int thread, const Cell& cell, Order order, int older);
  void write(int thread, const Cell& cell, Order order, std::uint64_t value);
  // A read-modify-write: of the last one.
  void change(int thread, const Cell& cell, Order order, std::uint64_t value);

  // A system call that wakes who sleeps on the cell: a sleeper that comes later meets what the
  // thread knows of it.
  void publish(int thread, const Cell& cell);

  // False: a race.
  bool read_plain(int thread, const void* at);
  bool write_plain(int thread, const void* at);

  // Whether several threads touch the cell and one writes it, in any run so far. What is not shared
  // is no reason to let another thread run.
  bool shared(int thread, const Cell& cell, bool writes);
  // Whether some cell turned out to be shared that was not, since this was last asked.
  bool found_shared() noexcept;

  // Of all cells.
  [[nodiscard]] std::uint64_t state() const noexcept { return state_; }

 private:
  struct Write {
    std::uint64_t value;
    std::uint64_t hash;
    Known carried;
  };
  struct Location {
    std::vector<Write> writes;
    std::uint64_t run = 0;        // to which the writes belong
    std::size_t place = kNone;    // in what threads know; none before it is shared
    std::uint8_t ordered = 0;     // the newest that a sequentially consistent access has met
    std::uint8_t touched_by = 0;  // threads, in all runs
    bool written = false;

    [[nodiscard]] bool shared() const noexcept;
  };
  struct PlainUse {
    std::uint8_t writer = 0;
    std::uint8_t written = 0;  // by the writer's clock
    std::array<std::uint8_t, kMostThreads> read{};
  };

  static constexpr std::size_t kNone = ~std::size_t{0};

  Location& location_of(const Cell& cell);
  // With the writes of this run.
  Location& at(const Cell& cell);
  void meet(Location& location, Order order, std::uint8_t write);
  void append(int thread, const Cell& cell, Order order, std::uint64_t value, bool changes);

  std::array<Thread, kMostThreads> threads_;
  std::vector<Location> locations_;  // by the number of a cell
  std::size_t places_ = 0;           // that are taken
  std::map<const void*, PlainUse> plain_;
  std::uint64_t run_ = 0;
  std::uint64_t state_ = 0;
  bool found_shared_ = false;
};

}  // namespace inferpool::explorer
