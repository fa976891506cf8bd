// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/poison_memory.hpp"

#include <algorithm>

namespace inferpool::pool::calls {

void PoisonMemory::remember(const Fingerprint& input, int deaths, const reports::WorkerEnd& last,
                            core::TimePoint now) {
  if (!enabled()) return;
  const std::lock_guard lock(mutex_);
  forget(now);
  Entry& entry = entry_of(input);
  // The call's earlier runs ended before now, but that does not matter within one window.
  entry.before = deaths > 1               ? now
                 : entry.known.deaths > 0 ? core::Deadline(entry.known.when)
                                          : core::Deadline();
  entry.known.deaths += deaths;
  entry.known.when = now;
  entry.known.last = last;
  if (poisoned(entry, now)) armed_.store(true, std::memory_order_release);
}

std::optional<PoisonMemory::Poisoned> PoisonMemory::find(std::uint64_t size,
                                                         detail::FunctionRef<std::uint64_t()> hash,
                                                         core::TimePoint now) {
  {
    const std::lock_guard lock(mutex_);
    forget(now);
    const auto suspected = [&](const Entry& entry) {
      return entry.input.size == size && poisoned(entry, now);
    };
    if (std::ranges::none_of(entries_, suspected)) return std::nullopt;
  }
  const Fingerprint input{.size = size, .hash = hash()};  // not under the lock: it may take long
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(entries_, input, &Entry::input);
  if (found == entries_.end() || !poisoned(*found, now)) return std::nullopt;
  return found->known;
}

PoisonMemory::Entry& PoisonMemory::entry_of(const Fingerprint& input) {
  const auto found = std::ranges::find(entries_, input, &Entry::input);
  if (found != entries_.end()) return *found;
  if (entries_.size() < kMost) return entries_.emplace_back(Entry{input, {}, {}});
  const auto quietest =
      std::ranges::min_element(entries_, {}, [](const Entry& entry) { return entry.known.when; });
  *quietest = Entry{input, {}, {}};
  return *quietest;
}

void PoisonMemory::forget(core::TimePoint now) {
  std::erase_if(entries_, [&](const Entry& entry) { return now - entry.known.when >= window_; });
  armed_.store(std::ranges::any_of(entries_, [&](const Entry& e) { return poisoned(e, now); }),
               std::memory_order_release);
}

}  // namespace inferpool::pool::calls
