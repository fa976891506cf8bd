// SPDX-License-Identifier: Apache-2.0
#include "ipc/worker_memory.hpp"

#include <new>

namespace inferpool::ipc {

std::shared_ptr<WorkerMemory> WorkerMemory::create(std::size_t reply_bytes) {
  return {new WorkerMemory(reply_bytes), [](WorkerMemory* memory) { memory->disown(); }};
}

WorkerMemory::WorkerMemory(std::size_t reply_bytes)
    : control_file_(MemoryFile::create("inferpool-control", sizeof(Control))),
      reply_file_(MemoryFile::create("inferpool-replies", reply_bytes)),
      control_(control_file_, Access::kReadWrite),
      replies_(reply_file_, Access::kReadOnly),
      ring_(*new (control_.data()) Control) {
  control_.populate(sizeof(Control), Access::kReadWrite);
  replies_.populate(kPopulated, Access::kReadOnly);
}

void WorkerMemory::release(std::uint32_t ticket, std::uint32_t generation) noexcept {
  if (guard_.in_child()) return;
  if (ticket < kTickets)
    control().host.released[ticket].store(generation, std::memory_order_release);
}

bool WorkerMemory::scarce() const noexcept {
  return held_bytes() > reply_bytes() / 2 || held_replies() > kTickets / 2;
}

}  // namespace inferpool::ipc
