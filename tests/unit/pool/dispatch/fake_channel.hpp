// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "pool/dispatch/call.hpp"
#include "pool/dispatch/channel.hpp"

namespace inferpool::pool::dispatch {

// A channel to a worker that the test plays. Like the ring, it has a fixed number of slots. A slot
// is used again once the host has finished it and the worker has passed it.
class FakeChannel final : public Channel {
 public:
  static constexpr std::uint32_t kSlots = 64;
  enum class State { kPosted, kStarted, kAnswered, kRecalled, kFinished, kDiscarded };
  struct Slot {
    State state = State::kPosted;
    std::uint64_t call_id = 0;
    bool cancelled = false;
    bool streams = false;  // its caller takes parts
    int parts = 0;         // sent
    int taken = 0;         // of these
    bool memory = false;   // its answer holds some
    bool open = true;      // neither finished nor discarded by the host
  };

  // --- the worker, played by the test ---

  // Takes the next request in the order of posting that was not recalled. Returns its number, or 0.
  std::uint32_t begin() {
    pass_recalled();
    if (next_taken_ == next_) return 0;
    slots_.at(next_taken_).state = State::kStarted;
    return next_taken_++;
  }
  // Falls asleep, or wakes up.
  void sleep(bool asleep = true) { asleep_ = asleep; }
  // Skips the next requests that were recalled.
  void pass_recalled() {
    while (next_taken_ != next_ && slots_.at(next_taken_).state != State::kPosted) ++next_taken_;
  }
  void send_part(std::uint32_t sequence) {
    Slot& slot = slots_.at(sequence);
    expect(slot.state == State::kStarted, "a part of what was not begun");
    expect(slot.parts == slot.taken, "a part over one that was not taken");
    ++slot.parts;
  }
  // Writes into the posted word that the request was never started.
  void deny(std::uint32_t sequence) { slots_.at(sequence).state = State::kPosted; }
  void answer(std::uint32_t sequence) {
    Slot& slot = slots_.at(sequence);
    expect(slot.state == State::kStarted, "an answer to what was not begun");
    expect(slot.parts == slot.taken || slot.cancelled, "an answer over a part that was not taken");
    slot.state = State::kAnswered;
  }

  // Answers with outputs in the worker's memory.
  void answer_with_memory(std::uint32_t sequence) {
    answer(sequence);
    slots_.at(sequence).memory = true;
  }
  // Makes an answer unavailable again, as a faulty worker could.
  void take_back(std::uint32_t sequence) {
    Slot& slot = slots_.at(sequence);
    if (slot.state == State::kAnswered) slot.state = State::kStarted;
    slot.parts = slot.taken;
  }
  // Turns an available answer into a part.
  void make_part(std::uint32_t sequence) {
    take_back(sequence);
    slots_.at(sequence).parts = slots_.at(sequence).taken + 1;
  }

  // --- what the host did ---

  [[nodiscard]] const Slot& slot(std::uint32_t sequence) const { return slots_.at(sequence); }
  [[nodiscard]] const std::map<std::uint32_t, Slot>& slots() const { return slots_; }
  // Why it was ended, by any means; empty: it was not ended.
  [[nodiscard]] const std::string& killed() const { return killed_; }
  // How often it was asked for its stack, and how often it was killed.
  [[nodiscard]] int aborts() const { return aborts_; }
  [[nodiscard]] int kills() const { return kills_; }
  // How often it was woken to look for a request.
  [[nodiscard]] int woken() const { return woken_; }
  // How often a request was announced.
  [[nodiscard]] int announced() const { return announced_; }
  // Calls that the channel does not allow.
  [[nodiscard]] const std::vector<std::string>& mistakes() const { return mistakes_; }
  void forget_closed() {
    std::erase_if(slots_,
                  [&](const auto& slot) { return !slot.second.open && slot.first < next_taken_; });
  }

  // --- Channel ---

  bool has_room() const noexcept override {
    const auto reused = slots_.find(next_ - kSlots);
    const bool open = reused != slots_.end() && reused->second.open;
    return killed_.empty() && !open && next_ - next_taken_ < kSlots;
  }
  std::uint32_t post(const Call& call, ipc::WakeList& /*wakes*/) override {
    expect(has_room(), "post without room");
    if (asleep_) ++woken_;
    asleep_ = false;
    slots_[next_] = {.call_id = call.id, .streams = call.streams};
    return next_++;
  }
  void announce(ipc::WakeList& /*wakes*/) noexcept override { ++announced_; }
  bool asleep() const noexcept override { return asleep_; }
  bool started(std::uint32_t sequence) const noexcept override {
    const auto slot = slots_.find(sequence);
    return slot == slots_.end() || slot->second.state != State::kPosted;
  }
  bool recall(std::uint32_t sequence) noexcept override {
    Slot& slot = slots_[sequence];
    if (slot.state != State::kPosted) return false;
    slot.state = State::kRecalled;
    return true;
  }
  bool passed(std::uint32_t sequence) const noexcept override { return sequence < next_taken_; }
  bool answered(std::uint32_t sequence) const noexcept override {
    const auto slot = slots_.find(sequence);
    return slot != slots_.end() && slot->second.state == State::kAnswered;
  }
  bool holds_memory(std::uint32_t sequence) const noexcept override {
    const auto slot = slots_.find(sequence);
    return slot != slots_.end() && slot->second.memory;
  }
  bool part_available(std::uint32_t sequence) const noexcept override {
    const auto slot = slots_.find(sequence);
    return slot != slots_.end() && slot->second.state == State::kStarted &&
           slot->second.parts > slot->second.taken;
  }
  void take_part(std::uint32_t sequence, ipc::WakeList& /*wakes*/) noexcept override {
    expect(part_available(sequence), "a part taken that does not stand");
    expect(!slots_[sequence].cancelled, "a part taken of what was cancelled");
    ++slots_[sequence].taken;
  }
  void cancel(std::uint32_t sequence, ipc::WakeList& /*wakes*/) noexcept override {
    slots_[sequence].cancelled = true;
  }
  void finish(std::uint32_t sequence) noexcept override { close(sequence, State::kFinished); }
  void discard(std::uint32_t sequence) noexcept override {
    expect(slots_[sequence].state == State::kAnswered, "discard without an answer");
    close(sequence, State::kDiscarded);
  }
  void abort(const std::string& reason) noexcept override {
    ++aborts_;
    if (killed_.empty()) killed_ = reason;
  }
  void kill(const std::string& reason) noexcept override {
    ++kills_;
    if (killed_.empty()) killed_ = reason;
  }

 private:
  void close(std::uint32_t sequence, State after_answer) noexcept {
    Slot& slot = slots_[sequence];
    expect(slot.open, "a slot closed twice");
    expect(slot.state == State::kAnswered || slot.state == State::kRecalled,
           "a slot closed in use");
    slot.open = false;
    if (slot.state == State::kAnswered) slot.state = after_answer;
  }
  void expect(bool holds, const char* mistake) noexcept {
    if (!holds) mistakes_.emplace_back(mistake);
  }

  std::map<std::uint32_t, Slot> slots_;
  std::uint32_t next_ = 1;        // the next to post
  std::uint32_t next_taken_ = 1;  // the next that the worker takes
  std::string killed_;
  bool asleep_ = false;
  int woken_ = 0;
  int aborts_ = 0;
  int kills_ = 0;
  int announced_ = 0;
  std::vector<std::string> mistakes_;
};

}  // namespace inferpool::pool::dispatch
