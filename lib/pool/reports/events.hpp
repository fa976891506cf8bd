// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include <inferpool/event.hpp>
#include <inferpool/settings.hpp>

namespace inferpool::pool::reports {

// Tells Settings::on_event what happens in one pool, one event at a time. Thread-safety: safe from
// many threads, which must not hold a lock that stats() or health() takes.
class Events {
 public:
  explicit Events(const Settings& settings) : model_(settings.name), callback_(settings.on_event) {}

  // Returns after the callback, and drops its exceptions. Fills Event::model. After kStopped, tells
  // nothing any more.
  void raise(Event event) noexcept;

 private:
  const std::string model_;
  const std::function<void(const Event&)> callback_;
  // Recursive: with workers = 0, a callback may make a call whose handler throws, and so raise an
  // event itself.
  std::recursive_mutex mutex_;
  bool stopped_ = false;  // guarded by mutex_
};

}  // namespace inferpool::pool::reports
