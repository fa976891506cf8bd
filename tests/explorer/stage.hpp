// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "explorer/access.hpp"
#include "explorer/choices.hpp"
#include "explorer/fiber.hpp"
#include "explorer/memory.hpp"

namespace inferpool::explorer {

// Which interleavings are played.
struct Bounds {
  int stale_reads = 3;              // per run: loads that do not read the last write
  int preemptions = kAnyNumber;     // per run: switches away from a thread that could go on
  std::size_t most_runs = 1000000;  // the explorer gives up after these
  static constexpr int kAnyNumber = -1;
};

// A thread sleeps on this while the cell holds `expected`, as on the kernel's futex. The kernel
// reads the cell with a sequentially consistent load. It may miss a write that is not sequentially
// consistent and that no wake followed yet: another processor may still have it in its store
// buffer. The kernel's load orders nothing else.
struct Sleep {
  const Cell* cell;
  std::uint32_t expected;
};

// Plays a scene, one interleaving at a time. A scene is a function that sets up its objects, adds
// threads, calls play(), and then checks what it expects.
//
// Threads are fibers. Before each access to a shared word, any other thread may go on instead. A
// process that may stop may do so there, too: its threads never run again. No sleep ends by itself,
// neither by a time-out nor spuriously.
class Stage {
 public:
  static constexpr int kHost = 0;    // a process that never stops
  static constexpr int kWorker = 1;  // a process that may stop

  // Ends a run that shows nothing new. It is not an error.
  struct Over {};

  Stage(Bounds bounds, std::vector<Weakening> weakenings);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage();

  // --- for scenes

  // `idles`: it may sleep for ever once all others have ended.
  void thread(std::string name, std::function<void()> body, int process = kHost,
              bool idles = false);
  // Adds a thread that starts when the process has stopped.
  void on_stop(std::string name, std::function<void()> body, int process = kWorker);
  // The process, a worker, may stop in any state. At most one process stops per run.
  void may_stop(int process = kWorker) { may_stop_.push_back(process); }
  [[nodiscard]] bool stopped() const noexcept { return stopped_ >= 0; }
  // Sets the names of words in traces and lists of accesses.
  void set_names(std::function<std::string(const Cell&)> name_of) { name_of_ = std::move(name_of); }
  // Plays one interleaving. Afterwards the thread that set the scene up knows what all threads did.
  void play();
  void expect(bool holds, const char* what);

  // --- for the words of a scene

  static Stage& current() noexcept { return *current_; }

  std::uint64_t load(const Cell& cell, Order order, Where where);
  void store(const Cell& cell, Order order, std::uint64_t value, Where where);
  // A read-modify-write. Returns the value before it. `value_of` returns none to keep that value,
  // as a compare-and-swap that fails.
  template <typename ValueOf>
  std::uint64_t change(const Cell& cell, Order order, const ValueOf& value_of, Where where) {
    const Access& access = enter(cell, Operation::kChange, order, where);
    const std::uint64_t before = memory_.peek(cell);
    const std::optional<std::uint64_t> after = value_of(before);
    if (!after) return read(cell, access, failed(access.order), 0);
    memory_.change(running_, cell, access.order, *after);
    note(access, cell, before, *after);
    return before;
  }
  void lock(const Cell& cell);
  bool try_lock(const Cell& cell);
  void unlock(const Cell& cell);
  // True: it was woken. False: a word had changed before it slept.
  bool sleep(std::span<const Sleep> words);
  void wake(const Cell* cell, int count, Where where);
  void read_plain(const void* at) { no_race(memory_.read_plain(running_, at)); }
  void write_plain(const void* at) { no_race(memory_.write_plain(running_, at)); }

  // --- for the explorer

  // Starts a new run.
  void begin();
  // Goes to the next interleaving. False: all were played.
  bool advance();
  [[nodiscard]] const std::optional<std::string>& failure() const noexcept { return failure_; }
  [[nodiscard]] std::string trace() const;
  [[nodiscard]] std::vector<Access> accesses() const { return accesses_.all(); }
  [[nodiscard]] std::size_t states() const noexcept { return seen_.size(); }

 private:
  enum class Status : std::uint8_t { kReady, kLocking, kAsleep, kUnborn, kStopped, kEnded };
  struct Thread {
    std::string name;
    std::function<void()> body;
    int process;
    bool idles;
    Status status;
    int after = -1;                 // kUnborn: the process that has to stop first
    const Cell* locking = nullptr;  // kLocking
    std::vector<Sleep> words = {};  // kAsleep
    std::vector<const Cell*> held = {};
    std::optional<Operation> relaxed = {};  // its last step, if that was a relaxed load or store
  };
  struct Step {
    int thread;
    const Access* access;  // null: see `text`
    const char* text;
    const Cell* cell;
    std::uint64_t before;
    std::uint64_t after;
    int older;
  };

  // Called before an access: lets other threads go first, if that makes a difference.
  const Access& enter(const Cell& cell, Operation operation, Order order, Where where);
  // Whether the access belongs to the step before.
  bool in_a_row(Operation operation, Order order);
  // Like enter(), for a system call.
  void enter_call(bool shared);
  std::uint64_t read(const Cell& cell, const Access& access, Order order, int older);
  // Chooses how many writes before the last one a load reads.
  int choose_older(const Cell& cell, Order order);
  static Order failed(Order order) noexcept {
    if (order == Order::acq_rel) return Order::acquire;
    return order == Order::release ? Order::relaxed : order;
  }
  // Chooses the thread that goes on, or the process that stops.
  void switch_over();
  void find_alternatives();
  [[nodiscard]] bool may_run(const Thread& thread);
  [[nodiscard]] std::uint64_t state() const;
  void stop(int process);
  void go_on_with(int next);
  void live();
  void check_sleepers();
  // Switches back to the thread that set the scene up.
  [[noreturn]] void leave();
  [[noreturn]] void fail(std::string what);
  void no_race(bool ordered) {
    if (!ordered) fail("a race on plain bytes");
  }
  void note(const Access& access, const Cell& cell, std::uint64_t before, std::uint64_t after,
            int older = 0) {
    trace_.push_back({running_, &access, nullptr, &cell, before, after, older});
  }
  void note(const char* text, const Cell* cell = nullptr) {
    trace_.push_back({running_, nullptr, text, cell, 0, 0, 0});
  }
  void learn(std::uint64_t what) {
    auto& history = memory_.thread(running_).history;
    history = mix(history, what);
  }
  Thread& self() { return threads_[static_cast<std::size_t>(running_)]; }

  const Bounds bounds_;
  Accesses accesses_;
  Memory memory_;
  Choices choices_;
  std::unordered_set<std::uint64_t> seen_;
  std::array<Fiber, kMostThreads> fibers_;

  // The state of this run.
  std::vector<Thread> threads_;
  std::vector<int> may_stop_;
  std::function<std::string(const Cell&)> name_of_;
  std::vector<Step> trace_;
  std::optional<std::string> failure_;
  bool over_ = false;
  int running_ = 0;
  int stopped_ = -1;
  int stale_reads_ = 0;
  int preemptions_ = 0;
  std::vector<int> alternatives_;  // of the choice being made
  const std::uint32_t first_number_;

  static inline Stage* current_ = nullptr;
};

}  // namespace inferpool::explorer
