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

// Which inputs ended workers. Each end is remembered for one window; an input with two of them is
// poisoned: it is not admitted again; what was admitted before is run. At most kMost inputs are
// remembered; the one that has been quiet for longest is forgotten first.
// Thread-safety: safe from many threads.
class PoisonMemory {
 public:
  static constexpr std::size_t kMost = 256;

  struct Poisoned {
    int deaths = 0;                // workers that it ended, since it was forgotten last
    core::TimePoint when = {};     // the last of them did,
    reports::WorkerEnd last = {};  // and how
  };

  // 0: nothing is remembered.
  explicit PoisonMemory(Duration window) noexcept : window_(window) {}

  // By which inputs are hashed: drawn for this memory, and told to nobody.
  [[nodiscard]] const SipHash::Key& key() const noexcept { return key_; }
  [[nodiscard]] bool enabled() const noexcept { return window_ > Duration::zero(); }
  // Whether any input may be poisoned; while none is, there is nothing to find.
  [[nodiscard]] bool armed() const noexcept { return armed_.load(std::memory_order_acquire); }

  // `deaths` (1 or more) workers ended while they ran the input, one of them, the last, now.
  void remember(const Fingerprint& input, int deaths, const reports::WorkerEnd& last,
                core::TimePoint now);

  // Whether an input of `size` bytes is poisoned. hash() is called, once at most, where one of that
  // size is.
  std::optional<Poisoned> find(std::uint64_t size, detail::FunctionRef<std::uint64_t()> hash,
                               core::TimePoint now);

 private:
  struct Entry {
    Fingerprint input;
    core::Deadline before;  // the last but one
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
