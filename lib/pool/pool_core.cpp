// SPDX-License-Identifier: Apache-2.0
#include <inferpool/detail/pool_core.hpp>

#include <new>
#include <stdexcept>

#include "core/format.hpp"
#include "core/short_of_memory.hpp"
#include "model/failure.hpp"
#include "model/payload_limit.hpp"
#include "model/settings_memory.hpp"
#include "pool/delivery.hpp"
#include "pool/in_process.hpp"
#include "pool/workers.hpp"

namespace inferpool::detail {
namespace {

constexpr const char* kInCode = "Settings";  // the source that errors name

Settings resolved(Settings settings, const PoolCore::Traits& traits) {
  resolve_workers(settings);
  validate(settings, kInCode);
  resolve_memory(settings);
  if (*settings.workers == 0 && !traits.runnable) {
    throw Error(ErrorCode::kInvalidSettings,
                formatted("{}: workers is 0, but the pool's model has only its types in this "
                          "program, no constructor "
                          "and predict; accepted: 1 to 1024",
                          kInCode));
  }
  if (*settings.workers == 0 && settings.sandbox) {
    throw Error(ErrorCode::kInvalidSettings,
                formatted("{}: sandbox is true, but workers is 0: the model runs in the caller's "
                          "process, which is not confined; accepted: false, or 1 to 1024 workers",
                          kInCode));
  }
  if (settings.concurrency > 1 && traits.runnable && !traits.thread_safe) {
    throw Error(ErrorCode::kInvalidSettings,
                formatted("{}: concurrency is {}, but the model does not say `static constexpr "
                          "bool thread_safe = "
                          "true`; accepted: 1",
                          kInCode, settings.concurrency));
  }
  return settings;
}

Error start_failure(const char* what) noexcept {
  return error_or(ErrorCode::kStartupFailed, [&] {
    ErrorDetails details;
    details.phase = Phase::kStarting;
    return Error(ErrorCode::kStartupFailed, formatted("the pool could not be started: {}", what),
                 std::move(details));
  });
}

}  // namespace

// One of the two.
struct PoolCore::Parts {
  std::optional<pool::Workers> workers = {};
  std::optional<pool::InProcess> in_process = {};
};

PoolCore::PoolCore(Settings settings, Traits traits) try
    : settings_(resolved(std::move(settings), traits)), parts_(std::make_unique<Parts>()) {
  if (*settings_.workers == 0) {
    parts_->in_process.emplace(settings_, traits.thread_safe);
  } else {
    parts_->workers.emplace(settings_, traits);
    parts_->workers->start();  // not before: an event may ask the pool
  }
} catch (const std::bad_alloc&) {
  throw start_failure("the host's own memory is used up");
} catch (const std::runtime_error& error) {
  throw start_failure(error.what());
}

PoolCore::~PoolCore() {
  // In a fork without exec the pool's threads and memory do not exist: what is left of it stays as
  // it is.
  if (parts_->workers && parts_->workers->in_child()) static_cast<void>(parts_.release());
}

bool PoolCore::in_process() const noexcept { return parts_->in_process.has_value(); }

void PoolCore::loaded_here() noexcept { parts_->in_process->loaded(); }

void PoolCore::infer(FunctionRef<void(Encoder&)> encode, FunctionRef<void(Decoder&)> decode,
                     const InferOptions& options) {
  parts_->workers->infer(encode, decode, options);
}

void PoolCore::infer_stream(FunctionRef<void(Encoder&)> encode, const PartTaker& taker,
                            const InferOptions& options) {
  parts_->workers->infer_stream(encode, taker, options);
}

void PoolCore::submit(FunctionRef<void(Encoder&)> encode, std::unique_ptr<Receiver> receiver,
                      const InferOptions& options) noexcept {
  parts_->workers->submit(encode, std::move(receiver), options);
}

void PoolCore::infer_here(FunctionRef<std::size_t()> payload,
                          FunctionRef<std::size_t(Context&)> run, const InferOptions& options) {
  parts_->in_process->infer(payload, run, options);
}

void PoolCore::submit_here(FunctionRef<std::size_t()> payload,
                           FunctionRef<std::size_t(Context&)> run, Receiver& receiver,
                           const InferOptions& options) noexcept {
  const std::shared_ptr<pool::Events> events = parts_->in_process->events();
  std::optional<Error> error;
  try {
    parts_->in_process->infer(payload, run, options);
  } catch (...) {
    error = pool::current_error();
  }
  pool::deliver_here(receiver, error, *events);  // which may destroy the pool
}

void PoolCore::check_part(std::size_t size) const {
  model::check_payload("a part of a reply", size, static_cast<std::size_t>(*settings_.max_payload));
}

Tensor PoolCore::loan(Datatype datatype, const Shape& shape) {
  const std::size_t size = TensorAccess::byte_size(datatype, shape);
  model::check_payload("a loan", size, static_cast<std::size_t>(*settings_.max_payload));
  StorageRef storage = parts_->workers ? parts_->workers->loan(size) : heap_storage(size);
  return TensorAccess::make(datatype, shape, std::move(storage), size);
}

void PoolCore::close() noexcept {
  if (parts_->workers) parts_->workers->close();
  if (parts_->in_process) parts_->in_process->close();
}

bool PoolCore::wait_ready(std::chrono::steady_clock::time_point deadline) {
  return parts_->workers ? parts_->workers->wait_ready(deadline)
                         : parts_->in_process->health().state == PoolState::kReady;
}

const Settings& PoolCore::settings() const noexcept { return settings_; }

Stats PoolCore::stats() const {
  return parts_->workers ? parts_->workers->stats() : parts_->in_process->stats();
}

Health PoolCore::health() const {
  return parts_->workers ? parts_->workers->health() : parts_->in_process->health();
}

Error load_error(const Settings& settings) {
  const Failure failure = current_failure();
  ErrorDetails details;
  details.phase = Phase::kStarting;
  details.exception_type = failure.type;
  details.exception_text = failure.text;
  return {ErrorCode::kStartupFailed,
          formatted("the model \"{}\" did not load in this process (workers is 0): {}{}{}",
                    settings.name, failure.type, failure.text.empty() ? "" : ": ", failure.text),
          std::move(details)};
}

}  // namespace inferpool::detail
