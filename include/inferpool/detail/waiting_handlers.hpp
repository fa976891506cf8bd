// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <utility>

namespace inferpool::detail {

// A handler whose call is under way.
class WaitingHandler {
 public:
  WaitingHandler() = default;
  WaitingHandler(const WaitingHandler&) = delete;
  WaitingHandler& operator=(const WaitingHandler&) = delete;
  virtual ~WaitingHandler() = default;
};

// The handlers that one event loop is going to call. The loop and the calls share it: when one of
// them ends first, the other finds out here. Thread-safe.
class WaitingHandlers {
 public:
  using Position = std::list<std::unique_ptr<WaitingHandler>>::iterator;

  // After clear() the handler is destroyed at once.
  Position add(std::unique_ptr<WaitingHandler> handler) {
    const std::lock_guard lock(mutex_);
    if (cleared_) return handlers_.end();  // destroyed after the lock is released
    return handlers_.insert(handlers_.end(), std::move(handler));
  }

  // Shows the handler to `act`; the loop is not destroyed meanwhile. Does nothing after clear().
  template <typename Act>
  void look(Position position, const Act& act) {
    const std::lock_guard lock(mutex_);
    if (!cleared_) act(**position);
  }

  // Takes the handler out and gives it to `act`; the loop is not destroyed meanwhile. Does nothing
  // after clear().
  template <typename Act>
  void take(Position position, const Act& act) {
    std::list<std::unique_ptr<WaitingHandler>> taken;  // destroyed after the lock is released
    const std::lock_guard lock(mutex_);
    if (cleared_) return;
    taken.splice(taken.end(), handlers_, position);
    act(taken.front());
  }

  // The loop ends: destroys all handlers, uncalled.
  void clear() noexcept {
    std::list<std::unique_ptr<WaitingHandler>> dropped;
    const std::lock_guard lock(mutex_);
    cleared_ = true;
    dropped.swap(handlers_);
  }

 private:
  std::mutex mutex_;
  bool cleared_ = false;
  std::list<std::unique_ptr<WaitingHandler>> handlers_;
};

}  // namespace inferpool::detail
