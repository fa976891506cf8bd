// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/worker_handle.hpp"

#include <signal.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <new>

#include "core/format.hpp"
#include "core/short_of_memory.hpp"
#include "core/system_error.hpp"
#include "pool/dispatch/call.hpp"
#include "pool/processes/launch.hpp"
#include "process/ending_limits.hpp"
#include "process/spawn.hpp"

namespace inferpool::pool::processes {

namespace {

constexpr std::size_t kLongestReason = 512;

// The name that starts a worker's lines on the host's stderr.
std::string model_of(const PoolConfiguration& configuration) {
  return configuration.settings.name.empty()
             ? std::filesystem::path(configuration.binary.path()).filename().string()
             : configuration.settings.name;
}

OomKills::Mark mark_of(int pid) noexcept try {
  return OomKills::mark({.self = core::formatted("/proc/{}/cgroup", pid)});
} catch (...) {  // without memory no kill is explained
  return {};
}

}  // namespace

WorkerHandle::WorkerHandle(std::shared_ptr<const PoolConfiguration> configuration, int index,
                           int generation)
    : configuration_(std::move(configuration)),
      index_(index),
      generation_(generation),
      memory_(ipc::WorkerMemory::create(configuration_->reply_bytes)),
      output_(index, model_of(*configuration_), configuration_->settings.worker_output,
              child_output_) {
  kill_reason_.reserve(kLongestReason);
  auto [ours, theirs] = ipc::ControlSocket::pair();
  socket_ = std::move(ours);
  configuration_->binary.check();
  child_ = process::spawn(make_program(configuration_->settings, configuration_->binary,
                                       configuration_->surroundings, index, theirs.fd(),
                                       child_output_.get()));
  // Nothing may throw from here on, because the process exists.
  pid_ = child_.pid();
  oom_mark_ = mark_of(pid_);
  child_output_.reset();
}

WorkerHandle::~WorkerHandle() {
  // There still is a process in two cases only: the pool could not be built, so nothing of it may
  // be left, or the kernel does not end the process.
  given_up_ ? child_.leave() : child_.end();
}

void WorkerHandle::advance() noexcept try {
  ipc::Message message;
  const ipc::Received received = socket_.receive(message, false);
  if (received == ipc::Received::kNothing) return;
  if (received == ipc::Received::kEnd)
    return socket_.close();  // the end of the process follows, with the cause
  if (received == ipc::Received::kNoise || received == ipc::Received::kCut)
    return fail_start("it sent bytes that are not a message of inferpool");
  read(message);
} catch (const std::bad_alloc&) {
  fail_start("the host's own memory is used up");
} catch (const std::exception& error) {
  fail_start(error.what());
}

void WorkerHandle::read(const ipc::Message& message) {
  if (message.exec_error != 0) {
    return fail_start(core::formatted("{} cannot be run: {}{}", configuration_->binary.path(),
                                      core::error_text(message.exec_error),
                                      process::EndingLimits::of(pid_).low()));
  }
  if (stage_ == Stage::kShakingHands) return read_hello(message);
  if (message.head.generation != generation_) {
    return fail_start(core::formatted("it answered for generation {} instead of {}",
                                      message.head.generation, generation_));
  }
  if (message.head.kind == ipc::MessageKind::kReady) {
    // A worker that was killed meanwhile has not started.
    if (!ending_.load()) stage_ = Stage::kReady;
  } else if (message.head.kind == ipc::MessageKind::kLoadFailed) {
    const auto newline = message.text.find('\n');
    load_failure_.type = message.text.substr(0, newline);
    if (newline != std::string::npos) load_failure_.text = message.text.substr(newline + 1);
    fail_start(core::formatted("the model did not load: {}{}{}", load_failure_.type,
                               load_failure_.text.empty() ? "" : ": ", load_failure_.text));
  } else if (message.head.kind == ipc::MessageKind::kNotConfined) {
    fail_start("sandbox = true, but it could not be confined: " + message.text);
  } else {
    fail_start("it broke the protocol of the handshake");
  }
}

void WorkerHandle::read_hello(const ipc::Message& message) {
  if (message.head.protocol != ipc::kProtocolVersion || message.head.abi != ipc::abi_hash()) {
    return fail_start(core::formatted(
        "it was built against another inferpool: it speaks protocol {} (ABI {:016x}), the "
        "host protocol {} (ABI {:016x}); build both against the same version",
        message.head.protocol, message.head.abi, ipc::kProtocolVersion, ipc::abi_hash()));
  }
  if (message.head.kind != ipc::MessageKind::kHello)
    return fail_start("it broke the protocol of the handshake");
  if (message.text != configuration_->signature) {
    return fail_start(core::formatted(
        "its model is \"{}\", the pool's is \"{}\"; give `worker` the executable of the "
        "pool's model",
        message.text, configuration_->signature));
  }
  send_welcome();
}

void WorkerHandle::send_welcome() {
  const ipc::MemoryFile settings = settings_file(configuration_->packed_settings);
  const core::FileDescriptor requests = configuration_->requests->read_only();
  ipc::MessageHead head;
  head.kind = ipc::MessageKind::kWelcome;
  head.index = index_;
  head.generation = generation_;
  head.concurrency = configuration_->settings.concurrency;
  head.spin = configuration_->settings.spin.count();
  head.processors = configuration_->processors;
  head.request_bytes = configuration_->requests->size();
  head.reply_bytes = memory_->reply_bytes();
  head.max_payload = configuration_->settings.max_payload.value_or(0);
  head.settings_bytes = settings.size();
  const std::array<int, ipc::kDescriptors> descriptors{
      memory_->control_file().fd(), memory_->reply_file().fd(), requests.get(), settings.fd()};
  if (!socket_.send(head, {}, descriptors)) {
    return fail_start(errno == EPIPE || errno == ECONNRESET
                          ? "it closed the connection during the handshake"
                          : core::system_failure("sendmsg", errno));
  }
  stage_ = Stage::kLoading;
}

void WorkerHandle::fail_start(std::string_view why) noexcept {
  if (start_failure_.empty())
    start_failure_ = core::text_or("no memory", [&] { return std::string(why); });
  kill(start_failure_);
  socket_.close();
}

// Allocates no memory for the report: all its texts have their room already.
std::optional<reports::WorkerEnd> WorkerHandle::end() noexcept {
  const auto limits = process::EndingLimits::of(pid_);  // reaping the process removes them
  const auto status = child_.reap();
  if (!status) return std::nullopt;
  if (!given_up_) output_.finish();
  const std::lock_guard lock(kill_mutex_);
  reports::WorkerEnd end = take_end();
  end.status = *status;
  if (end.reason.empty() && status->signal == SIGKILL)
    end.oom_kill = configuration_->oom_kills->explain(oom_mark_);
  if (end.reason.empty()) end.limit = core::text_or("", [&] { return limits.behind(*status); });
  child_ = {};
  return end;
}

reports::WorkerEnd WorkerHandle::give_up(reports::Lost why) noexcept {
  given_up_ = true;
  output_.finish();
  const std::lock_guard lock(kill_mutex_);
  reports::WorkerEnd end = take_end();
  end.lost = why;
  return end;
}

// Under kill_mutex_.
reports::WorkerEnd WorkerHandle::take_end() noexcept {
  reports::WorkerEnd end;
  end.index = index_;
  end.generation = generation_;
  end.pid = pid_;
  end.reason = std::move(kill_reason_);
  end.stderr_tail = output_.take_tail();
  end.hung = aborted_;
  end.was_ready = stage_ == Stage::kReady;
  end.start_failure = std::move(start_failure_);
  end.load_failure = std::move(load_failure_);
  return end;
}

void WorkerHandle::note(std::string_view reason) noexcept {
  if (kill_reason_.empty()) kill_reason_.assign(reason.substr(0, kill_reason_.capacity()));
}

void WorkerHandle::abort(const std::string& reason) noexcept {
  ending_.store(true);
  const std::lock_guard lock(kill_mutex_);
  aborted_ = aborted_ || kill_reason_.empty();
  note(reason);
  child_.signal(SIGABRT);
}

void WorkerHandle::kill(const std::string& reason) noexcept {
  ending_.store(true);
  {
    const std::lock_guard lock(kill_mutex_);
    note(reason);
    child_.signal(SIGKILL);
  }
  kill_sent_.store(true);
}

std::uint32_t WorkerHandle::post(const dispatch::Call& call, ipc::WakeList& wakes) {
  const std::int64_t deadline =
      call.deadline ? std::chrono::nanoseconds(call.deadline->time_since_epoch()).count() : 0;
  return memory_->ring().post(
      {call.id, deadline, call.frame.bytes(), call.frame_offset, call.streams, call.rivals},
      wakes);
}

void WorkerHandle::discard(std::uint32_t sequence) noexcept {
  const ipc::ReplyHead head = memory_->ring().head(sequence);
  memory_->release(head.ticket, head.generation);
  finish(sequence);
}

}  // namespace inferpool::pool::processes
