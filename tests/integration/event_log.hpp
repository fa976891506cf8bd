// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <inferpool/event.hpp>

namespace inferpool::test {

// The events of a pool's on_event. Outlives the pool. Safe from many threads.
class EventLog {
 public:
  [[nodiscard]] std::function<void(const Event&)> recorder() {
    return [this](const Event& event) {
      const std::lock_guard lock(mutex_);
      events_.push_back(event);
    };
  }

  // All events, or those of one worker.
  [[nodiscard]] std::vector<Event> events(std::optional<int> worker_index = {}) const {
    const std::lock_guard lock(mutex_);
    std::vector<Event> result;
    for (const Event& event : events_) {
      if (!worker_index || event.worker_index == *worker_index) result.push_back(event);
    }
    return result;
  }

  // Their kinds: "started ready ".
  [[nodiscard]] std::string kinds(std::optional<int> worker_index = {}) const {
    std::string text;
    for (const Event& event : events(worker_index)) text += std::string(name(event.kind)) + ' ';
    return text;
  }

  [[nodiscard]] std::vector<Event> of_kind(EventKind kind) const {
    std::vector<Event> result;
    for (const Event& event : events()) {
      if (event.kind == kind) result.push_back(event);
    }
    return result;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Event> events_;
};

}  // namespace inferpool::test
