// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <inferpool/settings.hpp>

#include "core/clock.hpp"
#include "core/failure.hpp"
#include "ipc/handshake.hpp"
#include "ipc/worker_memory.hpp"
#include "pool/dispatch/channel.hpp"
#include "pool/processes/oom_kills.hpp"
#include "pool/processes/output_pipe.hpp"
#include "pool/processes/pool_configuration.hpp"
#include "pool/reports/worker_end.hpp"
#include "process/child.hpp"

namespace inferpool::pool::processes {

// One worker process, from its spawn to its end, and its memory, which may outlive the process.
// Thread-safety: Channel, kill() and memory() as they say; the rest belongs to the supervisor's
// thread.
class WorkerHandle final : public dispatch::Channel {
 public:
  enum class Stage { kShakingHands, kLoading, kReady };

  // Makes the memory and starts the process, which lives at most as long as the calling thread.
  // Throws std::runtime_error that names the system call.
  WorkerHandle(std::shared_ptr<const PoolConfiguration> configuration, int index, int generation);
  WorkerHandle(const WorkerHandle&) = delete;
  WorkerHandle& operator=(const WorkerHandle&) = delete;
  ~WorkerHandle() override;

  // --- for the supervisor's thread ---

  // Reads the worker's message on the control socket. The stage may change.
  void advance() noexcept;
  // Once the kernel reports its end: reads the rest of its output, and returns how it ended.
  std::optional<reports::WorkerEnd> end() noexcept;
  // The kernel reports that it has ended, though another process may have to reap it.
  [[nodiscard]] bool has_ended() const noexcept { return child_.has_ended(); }
  // Like end(), for a process whose end the kernel does not report. Ends its output.
  reports::WorkerEnd give_up(reports::Lost why) noexcept;

  [[nodiscard]] int index() const noexcept { return index_; }
  [[nodiscard]] int generation() const noexcept { return generation_; }
  [[nodiscard]] int pid() const noexcept { return pid_; }
  [[nodiscard]] int pidfd() const noexcept { return child_.pidfd(); }
  [[nodiscard]] int socket_fd() const noexcept {
    return stage_ == Stage::kReady ? -1 : socket_.fd();
  }
  [[nodiscard]] OutputPipe& output() noexcept { return output_; }
  [[nodiscard]] Stage stage() const noexcept { return stage_; }
  // Whether SIGKILL was sent.
  [[nodiscard]] bool killed() const noexcept { return kill_sent_.load(); }

  // See process::Child.
  [[nodiscard]] std::optional<std::uint64_t> private_memory() const {
    return child_.private_memory();
  }

  // --- safe from any thread ---

  [[nodiscard]] const std::shared_ptr<ipc::WorkerMemory>& memory() const noexcept {
    return memory_;
  }
  void abort(const std::string& reason) noexcept override;
  void kill(const std::string& reason) noexcept override;
  // Asks the process to leave once it has nothing to do. Under the pool's lock.
  void ask_to_leave(ipc::WakeList& wakes) { memory_->ring().close(wakes); }

  bool has_room() const noexcept override { return !ending_.load() && memory_->ring().has_room(); }
  std::uint32_t post(const dispatch::Call& call, ipc::WakeList& wakes) override;
  void announce(ipc::WakeList& wakes) noexcept override { memory_->ring().announce(wakes); }
  bool recall(std::uint32_t sequence) noexcept override { return memory_->ring().recall(sequence); }
  bool asleep() const noexcept override { return memory_->ring().asleep(); }
  bool started(std::uint32_t sequence) const noexcept override {
    return memory_->ring().started(sequence);
  }
  bool answered(std::uint32_t sequence) const noexcept override {
    return memory_->ring().answered(sequence);
  }
  bool holds_memory(std::uint32_t sequence) const noexcept override {
    return memory_->ring().head(sequence).ticket < ipc::kTickets;
  }
  bool passed(std::uint32_t sequence) const noexcept override {
    return memory_->ring().passed(sequence);
  }
  bool part_available(std::uint32_t sequence) const noexcept override {
    return memory_->ring().part_available(sequence);
  }
  void take_part(std::uint32_t sequence, ipc::WakeList& wakes) noexcept override {
    memory_->ring().take_part(sequence, wakes);
  }
  void cancel(std::uint32_t sequence, ipc::WakeList& wakes) noexcept override {
    memory_->ring().cancel(sequence, wakes);
  }
  void finish(std::uint32_t sequence) noexcept override { memory_->ring().finish(sequence); }
  void discard(std::uint32_t sequence) noexcept override;

 private:
  void read(const ipc::Message& message);
  void read_hello(const ipc::Message& message);
  void send_welcome();
  void fail_start(std::string_view why) noexcept;
  void note(std::string_view reason) noexcept;
  reports::WorkerEnd take_end() noexcept;

  std::shared_ptr<const PoolConfiguration> configuration_;
  int index_;
  int generation_;
  std::shared_ptr<ipc::WorkerMemory> memory_;
  ipc::ControlSocket socket_;
  core::FileDescriptor child_output_;  // only while the process is being made
  OutputPipe output_;
  process::Child child_;  // guarded by kill_mutex_ once other threads know the worker
  int pid_ = 0;
  Stage stage_ = Stage::kShakingHands;
  std::string start_failure_;
  core::Failure load_failure_;
  std::atomic<bool> ending_{false};  // a signal that ends it was sent
  std::atomic<bool> kill_sent_{false};
  std::mutex kill_mutex_;
  std::string kill_reason_;  // guarded by kill_mutex_; has room, because a kill must not allocate
  bool aborted_ = false;     // guarded by kill_mutex_
  bool given_up_ = false;
  OomKills::Mark oom_mark_;
};

}  // namespace inferpool::pool::processes
