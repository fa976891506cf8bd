// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include <inferpool/event.hpp>
#include <inferpool/settings.hpp>

namespace inferpool::pool::reports {

// Tells Settings::on_event what happens in one pool, one event at a time. Thread-safety: safe from
// many threads, but under no lock that stats() or health() takes.
class Events {
 public:
  explicit Events(const Settings& settings) : model_(settings.name), callback_(settings.on_event) {}

  // Returns once the callback has; what it throws ends here. Fills Event::model. After kStopped
  // nothing is told any more.
  void raise(Event event) noexcept;

 private:
  const std::string model_;
  const std::function<void(const Event&)> callback_;
  // Recursive: with workers = 0 a callback may come to raise one itself, by a call whose handler
  // throws.
  std::recursive_mutex mutex_;
  bool stopped_ = false;  // guarded by mutex_
};

}  // namespace inferpool::pool::reports
