// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>

#include "ipc/layout.hpp"
#include "ipc/wait_word.hpp"
#include "ipc/worker_ring.hpp"
#include "unit/ipc/sleeper.hpp"

namespace inferpool::test {

// The worker's end over plain memory; the test writes the host's part by hand.
struct WorkerEnd {
  explicit WorkerEnd(std::chrono::nanoseconds spin = {}) : ring(*control, spin, 2) {}

  void put(std::uint32_t sequence, ipc::Posted state) {
    control->request(sequence).call_id = 1000 + sequence;
    control->request(sequence).posted = ipc::posted_word(sequence, state);
  }
  void until_asleep(const Sleeper& thread, std::uint32_t parked = 1) const {
    while (control->worker.parked != parked) std::this_thread::yield();
    thread.until_asleep();
  }
  // Does what a host does when it finds a thread asleep.
  void ring_bell() {
    control->host.doorbell.fetch_add(1);
    ipc::wake(&control->host.doorbell, 1);
  }

  std::unique_ptr<ipc::Control> control = std::make_unique<ipc::Control>();
  ipc::WorkerRing ring;
};

}  // namespace inferpool::test
