// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include <inferpool/detail/function_ref.hpp>
#include <inferpool/settings.hpp>

#include "core/clock.hpp"
#include "pool/calls/fingerprint.hpp"
#include "pool/calls/hash_key.hpp"
#include "pool/reports/worker_end.hpp"

namespace inferpool::pool::calls {

// Remembers which inputs ended workers, each end for one window. An input with two ends is
// poisoned: it is not admitted again, but calls that were admitted before still run. At most kMost
// inputs are remembered; the one whose last end is the oldest is forgotten first.
// Thread-safety: safe from many threads.
class PoisonMemory {
 public:
  static constexpr std::size_t kMost = 256;

  struct Poisoned {
    int deaths = 0;                // workers that it ended, since it was forgotten last
    core::TimePoint when = {};     // when the last of them ended,
    reports::WorkerEnd last = {};  // and how
  };

  // A window of 0 remembers nothing.
  explicit PoisonMemory(Duration window) noexcept : window_(window) {}

  // The key for the hashes of inputs: secret, and drawn for this memory alone.
  [[nodiscard]] const SipHash::Key& key() const noexcept { return key_; }
  [[nodiscard]] bool enabled() const noexcept { return window_ > Duration::zero(); }
  // Whether any input may be poisoned. If not, find() finds nothing.
  [[nodiscard]] bool armed() const noexcept { return armed_.load(std::memory_order_acquire); }

  // `deaths` (1 or more) workers ended while they ran the input, the last one now.
  void remember(const Fingerprint& input, int deaths, const reports::WorkerEnd& last,
                core::TimePoint now);

  // Whether an input of `size` bytes is poisoned. Calls hash() only if an input of that size is,
  // and at most once.
  std::optional<Poisoned> find(std::uint64_t size, detail::FunctionRef<std::uint64_t()> hash,
                               core::TimePoint now);

 private:
  struct Entry {
    Fingerprint input;
    core::Deadline before;  // when the last but one ended
    Poisoned known;
  };

  [[nodiscard]] bool poisoned(const Entry& entry, core::TimePoint now) const noexcept {
    return entry.before && now - *entry.before < window_;
  }
  Entry& entry_of(const Fingerprint& input);
  void forget(core::TimePoint now);

  const SipHash::Key key_ = draw_hash_key();
  const Duration window_;
  std::atomic<bool> armed_{false};
  std::mutex mutex_;
  std::vector<Entry> entries_;  // guarded by mutex_
};

}  // namespace inferpool::pool::calls
