// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "core/clock.hpp"
#include "explorer/stage.hpp"

namespace inferpool::explorer {

// Stands in for std::atomic in the shipped code. Each access is a step of a scene. It knows its
// position in the source, so that it can be made weaker alone.
template <typename T>
class Atomic : public Cell {
 public:
  Atomic() noexcept : Atomic(T{}) {}
  Atomic(T value) noexcept : Cell(static_cast<std::uint64_t>(value)) {}

  T load(Order order, Where where = {}) const noexcept {
    return static_cast<T>(Stage::current().load(*this, order, where));
  }
  void store(T value, Order order, Where where = {}) noexcept {
    Stage::current().store(*this, order, static_cast<std::uint64_t>(value), where);
  }
  T exchange(T value, Order order, Where where = {}) noexcept {
    return change(
        order, [value](T) { return value; }, where);
  }
  T fetch_add(T value, Order order, Where where = {}) noexcept {
    return change(
        order, [value](T before) { return static_cast<T>(before + value); }, where);
  }
  T fetch_sub(T value, Order order, Where where = {}) noexcept {
    return change(
        order, [value](T before) { return static_cast<T>(before - value); }, where);
  }
  T fetch_or(T value, Order order, Where where = {}) noexcept {
    return change(
        order, [value](T before) { return static_cast<T>(before | value); }, where);
  }
  bool compare_exchange_strong(T& expected, T desired, Order order, Where where = {}) noexcept {
    const std::uint64_t wanted = static_cast<std::uint64_t>(expected);
    const auto value_of = [&](std::uint64_t before) -> std::optional<std::uint64_t> {
      if (before != wanted) return std::nullopt;
      return static_cast<std::uint64_t>(desired);
    };
    expected = static_cast<T>(Stage::current().change(*this, order, value_of, where));
    return static_cast<std::uint64_t>(expected) == wanted;
  }

 private:
  template <typename After>
  T change(Order order, const After& after, Where where) noexcept {
    const auto value_of = [&](std::uint64_t before) -> std::optional<std::uint64_t> {
      return static_cast<std::uint64_t>(after(static_cast<T>(before)));
    };
    return static_cast<T>(Stage::current().change(*this, order, value_of, where));
  }
};

// Bytes that are not atomic: a thread that reads them must know of the write.
template <typename T>
class Plain {
 public:
  Plain(T value) noexcept : value_(value) {}
  Plain(const Plain&) = delete;
  Plain& operator=(const Plain&) = delete;

  operator T() const noexcept {
    Stage::current().read_plain(this);
    return value_;
  }
  Plain& operator=(T value) noexcept {
    Stage::current().write_plain(this);
    value_ = value;
    return *this;
  }

 private:
  T value_;
};

class Mutex {
 public:
  void lock() noexcept { Stage::current().lock(locked_); }
  bool try_lock() noexcept { return Stage::current().try_lock(locked_); }
  void unlock() noexcept { Stage::current().unlock(locked_); }
  [[nodiscard]] const Cell& cell() const noexcept { return locked_; }

 private:
  Cell locked_{0};
};

struct WaitFor {
  const Atomic<std::uint32_t>* word;
  std::uint32_t expected;
};

// Like ipc::WakeList. A scene that needs a list of more than kMost is too large.
class WakeList {
 public:
  WakeList() = default;
  WakeList(const WakeList&) = delete;
  WakeList& operator=(const WakeList&) = delete;
  ~WakeList() { flush(); }

  void add(const Atomic<std::uint32_t>* word, int count = 1, Where where = {}) noexcept {
    Stage::current().expect(size_ < kMost, "the list of wakes is short");
    entries_[size_++] = {word, count, where};
  }
  void flush() noexcept {
    for (std::size_t i = 0; i < size_; ++i)
      Stage::current().wake(entries_[i].word, entries_[i].count, entries_[i].where);
    size_ = 0;
  }

 private:
  struct Entry {
    const Atomic<std::uint32_t>* word;
    int count;
    Where where;
  };
  static constexpr std::size_t kMost = 8;
  std::array<Entry, kMost> entries_;
  std::size_t size_ = 0;
};

// The policy with which scenes run the shipped code: see ipc::SharedWords.
struct Words {
  template <typename T>
  using Atomic = explorer::Atomic<T>;
  template <typename T>
  using Plain = explorer::Plain<T>;
  using Mutex = explorer::Mutex;
  using WaitFor = explorer::WaitFor;
  using WakeList = explorer::WakeList;

  static void copy(std::byte* to, const std::byte* from, std::size_t size) noexcept {
    Stage::current().read_plain(from);
    Stage::current().write_plain(to);
    std::memcpy(to, from, size);
  }
  template <typename Came>
  static bool wait(std::span<const WaitFor> words, core::Deadline, const Came&) noexcept {
    std::array<Sleep, 4> sleeps;
    Stage::current().expect(words.size() <= sleeps.size(), "a wait is for few words");
    for (std::size_t i = 0; i < words.size(); ++i) sleeps[i] = {words[i].word, words[i].expected};
    return Stage::current().sleep(std::span(sleeps).first(words.size()));
  }
  static void wake(const explorer::Atomic<std::uint32_t>* word, int count,
                   Where where = {}) noexcept {
    Stage::current().wake(word, count, where);
  }
};

}  // namespace inferpool::explorer
