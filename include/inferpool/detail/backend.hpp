// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <inferpool/detail/job.hpp>
#include <inferpool/detail/storage.hpp>
#include <inferpool/options.hpp>
#include <inferpool/settings.hpp>
#include <inferpool/stats.hpp>
#include <inferpool/tensor.hpp>

namespace inferpool::detail {

// What a backend must know about its model, beyond the settings.
struct ModelTraits {
  std::string signature = {};  // "<input> -> <output>"; host and worker must agree on it
  bool thread_safe = false;    // several threads may enter it at once
  // Constructs the model in this process; null: the program has only its types. The settings must
  // outlive the model.
  std::unique_ptr<LoadedModel> (*load)(const Settings&) = nullptr;
  std::string libexec = {};  // where the package's bundled workers are, if known
};

// Where the model of a pool runs: in worker processes, or in this one. Pool<Model> is its typed
// interface. Thread-safety: all members, except start() and the destructor, are safe from many
// threads.
class Backend {
 public:
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  // As close(). May also run inside AsyncJob::complete() or fail().
  virtual ~Backend() = default;

  // Call it once, before all other members; only event handlers may ask earlier. Throws Error
  // (startup_failed), and then the backend is closed.
  virtual void start() = 0;

  // Asks the model and waits for its answer. Throws Error.
  virtual void infer(Job& job, const InferOptions& options) = 0;
  // The same for an answer in parts: calls job.take() for each. An exception of take() ends the
  // call, and reaches the caller.
  virtual void infer_stream(StreamJob& job, const InferOptions& options) = 0;
  // The same without waiting for the answer: the job is told how the call ends, also when it is
  // refused. Once it is handed over, the job may be told, and may destroy the backend, at any
  // moment.
  virtual void submit(std::unique_ptr<AsyncJob> job, const InferOptions& options) noexcept = 0;

  // An uninitialised tensor whose bytes the model reads without a copy. Throws Error.
  [[nodiscard]] Tensor loan(Datatype datatype, const Shape& shape);

  // As Pool says.
  virtual void close() noexcept = 0;
  virtual bool wait_ready(std::chrono::steady_clock::time_point deadline) = 0;
  [[nodiscard]] virtual Stats stats() const = 0;
  [[nodiscard]] virtual Health health() const = 0;
  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }

  // True in a fork of the host without exec, if the fork must not touch the backend, not even
  // destroy it.
  [[nodiscard]] virtual bool in_child() const noexcept = 0;

 protected:
  explicit Backend(Settings settings) : settings_(std::move(settings)) {}

 private:
  [[nodiscard]] virtual StorageRef allocate(std::size_t size) = 0;

  Settings settings_;
};

struct EndBackend {
  void operator()(Backend* backend) const noexcept;
};
using OwnedBackend = std::unique_ptr<Backend, EndBackend>;

// The backend that the settings ask for, not started yet. Throws Error (invalid_settings,
// startup_failed).
[[nodiscard]] OwnedBackend make_backend(Settings settings, const ModelTraits& traits);

}  // namespace inferpool::detail
