// SPDX-License-Identifier: Apache-2.0
#include "pool/dispatch/call.hpp"

#include <memory>
#include <new>

namespace inferpool::pool::dispatch {

void Call::blame(const reports::WorkerEnd& end) noexcept try {
  blamed_end = std::make_shared<const reports::WorkerEnd>(end);
  ++blamed;
} catch (const std::bad_alloc&) {
}

void CallQueue::put_back(Call& call) noexcept {
  // It is nearly always older than all calls in the queue, so the search ends at once.
  Call* next = front_;
  while (next != nullptr && next->order < call.order) next = next->next;
  link(call, next != nullptr ? next->previous : back_, next);
}

void CallQueue::link(Call& call, Call* previous, Call* next) noexcept {
  call.previous = previous;
  call.next = next;
  (previous != nullptr ? previous->next : front_) = &call;
  (next != nullptr ? next->previous : back_) = &call;
  ++size_;
}

void CallQueue::erase(Call& call) noexcept {
  (call.previous != nullptr ? call.previous->next : front_) = call.next;
  (call.next != nullptr ? call.next->previous : back_) = call.previous;
  call.previous = call.next = nullptr;
  --size_;
}

}  // namespace inferpool::pool::dispatch
