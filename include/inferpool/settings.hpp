// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <inferpool/event.hpp>

namespace inferpool {

using Duration = std::chrono::nanoseconds;

// Whether a request whose worker ended may run on another one.
enum class Retry : std::uint8_t {
  kNever,         // not at all
  kIfNotStarted,  // if the worker had not begun it, which is known exactly
  kAlways,        // even if it was running: at most two runs, for models without side effects
};

struct RestartBackoff {
  // Before the second attempt in a row, the first is at once; doubles up to limit, with jitter.
  Duration first = std::chrono::milliseconds(10);
  Duration limit = std::chrono::seconds(10);
  // After so many failed starts in a row, with no worker alive, calls are `unavailable` at once.
  int breaker = 5;
};

// What becomes of a worker's stdout and stderr (its stdout is joined to its stderr).
struct WorkerOutput {
  enum class Kind : std::uint8_t { kInherit, kCapture, kCallback };
  // Inherit: each line goes to the host's stderr, whole, as "[<model's name>/<worker's index>]
  // line" (without a name the worker's executable stands there); a line over 4 KiB comes in pieces,
  // and what stderr does not take at once is dropped. Capture: kept for errors only.
  Kind kind = Kind::kInherit;
  // With kCallback: one line without its newline, on a thread of the pool; must not block. What it
  // throws is dropped, and so is a line for which there is no memory.
  std::function<void(int worker_index, std::string_view line)> callback = {};
};

// All that a pool can be told. Texts may hold any bytes but NUL: a path need not be UTF-8.
// Strongest first: a field set in code, model-settings.json, the environment variable (workers
// only), the default. A plain value; checked as a whole when a pool is constructed.
struct Settings {
  // Reads an MLServer model-settings.json; our further fields sit in its object "pool". Relative
  // paths resolve against the file's folder. What is no regular file (a pipe, a device) is refused,
  // and not waited for. As for MLServer a field that is null is as good as
  // none, and unknown fields are left out, but in "pool": see ignored_fields. Throws Error
  // (invalid_settings) naming file, field, value and what would be accepted; for malformed JSON
  // line and column.
  [[nodiscard]] static Settings from_file(const std::filesystem::path& file);

  // The same from text; `source` stands in errors, `folder` is what relative paths resolve against.
  [[nodiscard]] static Settings from_json(std::string_view text, std::string_view source,
                                          const std::filesystem::path& folder);

  // The worker executable: a path, or a name that is looked up in the folder that the variable
  // INFERPOOL_LIBEXEC names, beside the host executable, in ../libexec/inferpool from there, in the
  // libexec folder of the installed package and on PATH.
  std::string worker = {};
  // The class that a bundled worker hosts, as MLServer names it: "mlserver_xgboost.XGBoostModel".
  // From a file, where it is an MLServer class and no worker is named, it chooses the bundled
  // worker, too.
  std::string implementation = {};
  std::string name = {};     // of the model
  std::string version = {};  // of the model
  std::string uri = {};      // the model's file or folder, an absolute path after from_file
  std::string extra = {};    // text of a JSON object, handed to the model
  // Where a bundled worker looks for the model's code, an absolute path. After from_file the file's
  // own folder, unless it names another.
  std::string folder = {};
  // The virtual environment of inferpool-python, a folder; an absolute path after from_file.
  std::string environment_path = {};

  // Worker processes; 0: in the caller's process. Default: MLSERVER_MODEL_PARALLEL_WORKERS, else 4.
  std::optional<int> workers = {};
  // Serving threads in each worker; more than 1 needs a model with
  // `static constexpr bool thread_safe = true`.
  int concurrency = 1;
  // Requests that may wait for a worker; past it `queue_full`.
  int max_queue_size = 1024;

  // Queue and run together; none: no limit.
  std::optional<Duration> request_timeout = {};
  // How long a worker may finish past a deadline or cancel before it is ended, as by hang_timeout.
  Duration cancel_grace = std::chrono::seconds(5);
  // A worker whose run takes longer (of an answer in parts: takes longer for one part) is asked for
  // its stack by SIGABRT, which ends it, and killed where it has not ended 0.5 s later; 0: never.
  // By then each call that it ran has its error.
  Duration hang_timeout = std::chrono::seconds(120);
  // Spawn, handshake and load of one worker.
  Duration startup_timeout = std::chrono::seconds(120);
  // At close, for the pool as a whole; when recycled, for a worker that was asked to leave. Then
  // SIGKILL.
  Duration drain_timeout = std::chrono::seconds(5);
  RestartBackoff restart_backoff = {};
  Retry retry = Retry::kIfNotStarted;
  // How long an input is remembered that was running when its worker ended. One that ended two
  // workers within this time is refused with `poisoned_request`. 0: never.
  Duration poison_memory = std::chrono::minutes(10);
  // The most that one wait spins before it sleeps; adaptive below that. Where the pool's models run
  // on all processors it ends after 5 us as soon as another thread wants the processor. 0: never
  // spin.
  Duration spin = std::chrono::microseconds(50);
  // The constructor returns at once; see Pool::wait_ready.
  bool start_in_background = false;

  // Recycling: a worker that has reached one of these is replaced by a fresh one, which is ready
  // before the old one gets no more and leaves: one worker of the pool at a time, and no request
  // fails or waits for it. Each worker process is due from somewhere between 80 and 100 % of the
  // value on, so that not all are at once; it goes on serving until its successor is ready. A value
  // that a fresh worker exceeds makes the pool recycle all the time. None: never. No effect with
  // workers = 0.
  //
  // Requests that one worker process serves; looked at every 50 ms.
  std::optional<int> max_requests = {};
  // Bytes of its private memory (RssAnon in /proc/<pid>/status); looked at every 500 ms.
  std::optional<std::uint64_t> max_worker_rss = {};
  // Time since it was ready.
  std::optional<Duration> max_worker_age = {};

  // Bytes of shared memory for the pool; default half of min(RAM, cgroup limit). Half is for
  // requests, half is split into the workers' replies. Sparse: only what is used takes memory.
  std::optional<std::uint64_t> shared_memory_limit = {};
  // Bytes of one request or one reply; default (and most) a quarter of a reply region.
  std::optional<std::uint64_t> max_payload = {};
  // Outputs never view memory that a worker can write.
  bool copy_outputs = false;

  // Which variables of the host's environment, as it was when the pool was made, a worker has: none
  // given: all; else those of these names, with an empty list none. So the host's secrets need not
  // reach a model; what it needs (PATH, LD_LIBRARY_PATH) must be named.
  std::optional<std::vector<std::string>> inherit_env = {};
  // Added to that. In the values, "{index}" stands for the worker's index 0..N-1.
  std::map<std::string, std::string> env = {};
  // "0-3,8", or with "{index}" as above; empty: the host's.
  std::string cpu_affinity = {};
  // Soft and hard, in setrlimit's units: as, core, cpu, data, fsize, memlock, nofile, nproc, stack.
  std::map<std::string, std::uint64_t> rlimits = {};
  // Whether a worker that crashes may leave a core dump, as the host's limits and the system's
  // rules have it. The pool's shared memory is in none. False: no dump, and no other process of the
  // user may look into a worker, a debugger neither.
  bool core_dumps = true;
  // Takes network, file-system writes and processes from each worker once its model has loaded; see
  // SECURITY.md for what exactly. Needs Linux 5.19 with Landlock and seccomp, else the start fails;
  // and workers, since it is no business of the caller's process.
  bool sandbox = false;
  // OMP_NUM_THREADS and kin; default: usable cores / workers, at least 1.
  std::optional<int> threads_per_worker = {};
  WorkerOutput worker_output = {};
  // Told what happens to the workers and the pool (see EventKind), from before the constructor has
  // returned until `stopped`, one event at a time. Called on a thread of the pool, `stopped` on the
  // one that closes it; with workers = 0 on the thread that constructs, calls or closes. May ask
  // the pool for stats() and health(), and may close() it, which then only refuses new calls; must
  // not block, and not destroy the pool. All this from the first event on, though the constructor
  // has not returned. What it throws is dropped, and so is an event for which there is no memory.
  std::function<void(const Event&)> on_event = {};
  // Filled by from_file and from_json, not looked at by a pool: the fields that neither MLServer
  // nor inferpool has, by their place in the file ("parameters.urls"). A typing error may be among
  // them, so tell whoever wrote the file.
  std::vector<std::string> ignored_fields = {};
};

namespace detail {

// Throws Error (invalid_settings) for a field whose value cannot be; `source` stands in the text.
void validate(const Settings& settings, std::string_view source);

// Where `workers` is unset: from MLSERVER_MODEL_PARALLEL_WORKERS (in any case), else 4. Throws
// Error (invalid_settings) that names the variable. Reads the environment: not while it is changed.
void resolve_workers(Settings& settings);

// Fills shared_memory_limit and max_payload where they are unset; `workers` counts as resolved and
// the settings as valid. Throws Error (invalid_settings) where max_payload exceeds a quarter of a
// reply region.
void resolve_memory(Settings& settings);

}  // namespace detail
}  // namespace inferpool
