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

inline constexpr std::size_t kMostThreads = 5;  // of a scene; the first one sets the scene up
inline constexpr std::size_t kMostCells = 64;   // that the threads of a scene share

// What a thread knows: for each cell, the oldest write that it may still read; for each thread, how
// far that thread had come.
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

// The memory model of C++, in which threads read and write one step at a time.
//
// Each cell keeps all its writes in modification order. A load may read any write that is not older
// than what its thread knows of the cell. So it may see writes to two cells in another order than
// they were made. A read-modify-write reads the last write, even a compare-and-swap that fails. A
// releasing write carries what its thread knows, and an acquiring read takes that over. A
// read-modify-write also carries what the write before it carried (a release sequence). A
// sequentially consistent read reads nothing older than the sequentially consistent reads and
// writes of its cell before it.
//
// It plays less than C++ allows, because no thread runs ahead of itself. A load does not read what
// is written later in the run, and a write comes after all earlier writes of its cell. So it does
// not show load buffering, nor two writes that change places with two others, nor a total order of
// the sequentially consistent accesses that contradicts the run. There are no fences.
//
// Plain bytes are not read out of order. Two accesses are a race, and an error, if neither thread
// knows of the other's access, however the run went.
class Memory {
 public:
  struct Thread {
    Known known;
    std::uint64_t history =
        0;  // of all that it has read and done; equal histories mean equal states
  };

  // Starts a new run of the scene.
  void begin();

  Thread& thread(int number) noexcept { return threads_[static_cast<std::size_t>(number)]; }
  [[nodiscard]] const Thread& thread(int number) const noexcept {
    return threads_[static_cast<std::size_t>(number)];
  }

  // How many writes before the last one a load may read.
  int older(int thread, const Cell& cell, Order order);
  // The value of the write that comes `older` writes before the last one.
  std::uint64_t peek(const Cell& cell, int older = 0);
  std::uint64_t read(int thread, const Cell& cell, Order order, int older);
  void write(int thread, const Cell& cell, Order order, std::uint64_t value);
  // A read-modify-write of the last write.
  void change(int thread, const Cell& cell, Order order, std::uint64_t value);

  // A system call that wakes the sleepers of the cell. A thread that goes to sleep on it later sees
  // what the caller of publish() knows of the cell.
  void publish(int thread, const Cell& cell);

  // False: a race.
  bool read_plain(int thread, const void* at);
  bool write_plain(int thread, const void* at);

  // Whether several threads access the cell and one writes it, in any run so far. An access to an
  // unshared cell is no reason to let another thread run.
  bool shared(int thread, const Cell& cell, bool writes);
  // Whether a cell became shared since this was last called.
  bool found_shared() noexcept;

  // The state of all cells.
  [[nodiscard]] std::uint64_t state() const noexcept { return state_; }

 private:
  struct Write {
    std::uint64_t value;
    std::uint64_t hash;
    Known carried;
  };
  struct Location {
    std::vector<Write> writes;
    std::uint64_t run = 0;        // the run that the writes belong to
    std::size_t place = kNone;    // index in Known::writes; none until it is shared
    std::uint8_t ordered = 0;     // the newest write of a sequentially consistent access
    std::uint8_t touched_by = 0;  // threads of all runs, as bits
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
  // The location, with the writes of this run.
  Location& at(const Cell& cell);
  void meet(Location& location, Order order, std::uint8_t write);
  void append(int thread, const Cell& cell, Order order, std::uint64_t value, bool changes);

  std::array<Thread, kMostThreads> threads_;
  std::vector<Location> locations_;  // by the number of a cell
  std::size_t places_ = 0;           // in use
  std::map<const void*, PlainUse> plain_;
  std::uint64_t run_ = 0;
  std::uint64_t state_ = 0;
  bool found_shared_ = false;
};

}  // namespace inferpool::explorer
