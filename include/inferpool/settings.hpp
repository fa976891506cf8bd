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
  kIfNotStarted,  // if the worker had not started it, which is known exactly
  kAlways,        // even if it was running: at most two runs, for models without side effects
};

struct RestartBackoff {
  // The first restart is at once. This is the delay before the second in a row; it doubles up to
  // limit, with jitter.
  Duration first = std::chrono::milliseconds(10);
  Duration limit = std::chrono::seconds(10);
  // After so many failed starts in a row, with no worker alive, calls fail with `unavailable` at
  // once.
  int breaker = 5;
};

// Where a worker's stdout and stderr go (its stdout is joined to its stderr).
struct WorkerOutput {
  enum class Kind : std::uint8_t { kInherit, kCapture, kCallback };
  // Inherit: each line goes to the host's stderr, whole, as "[<model's name>/<worker's index>]
  // line" (without a name: the worker's executable). A line over 4 KiB comes in pieces, and bytes
  // that stderr does not take at once are dropped. Capture: kept for errors only.
  Kind kind = Kind::kInherit;
  // With kCallback: gets one line without its newline, on a thread of the pool; must not block. Its
  // exceptions are dropped, and so is a line for which there is no memory.
  std::function<void(int worker_index, std::string_view line)> callback = {};
};

// All settings of a pool. Texts may have any bytes but NUL: a path need not be UTF-8. Precedence,
// strongest first: a field set in code, model-settings.json, the environment variable (workers
// only), the default. A plain value; checked as a whole when a pool is constructed.
struct Settings {
  // Reads an MLServer model-settings.json; the fields of inferpool are in its object "pool".
  // Relative paths are resolved against the file's folder. A file that is not regular (a pipe, a
  // device) is an error at once. As in MLServer, a null field counts as absent, and unknown fields
  // are ignored, except in "pool": see ignored_fields. Throws Error (invalid_settings) that names
  // file, field, value and the accepted values, or for malformed JSON line and column.
  [[nodiscard]] static Settings from_file(const std::filesystem::path& file);

  // The same from text; errors name `source`, and relative paths are resolved against `folder`.
  [[nodiscard]] static Settings from_json(std::string_view text, std::string_view source,
                                          const std::filesystem::path& folder);

  // The worker executable: a path, or a name that is looked up in the folder that the variable
  // INFERPOOL_LIBEXEC names, beside the host executable, in ../libexec/inferpool from there, in the
  // libexec folder of the installed package and on PATH.
  std::string worker = {};
  // The class that a bundled worker hosts, as MLServer names it: "mlserver_xgboost.XGBoostModel".
  // In a file that names no worker, an MLServer class also chooses the bundled worker.
  std::string implementation = {};
  std::string name = {};     // of the model
  std::string version = {};  // of the model
  std::string uri = {};      // the model's file or folder, an absolute path after from_file
  std::string extra = {};    // text of a JSON object for the model
  // Where a bundled worker looks for the model's code, an absolute path. After from_file: the
  // file's own folder, unless the file names another.
  std::string folder = {};
  // The virtual environment of inferpool-python, a folder; an absolute path after from_file.
  std::string environment_path = {};

  // Worker processes; 0: the model runs in the host itself. Default:
  // MLSERVER_MODEL_PARALLEL_WORKERS, else 4.
  std::optional<int> workers = {};
  // Serving threads in each worker; more than 1 needs a model with
  // `static constexpr bool thread_safe = true`.
  int concurrency = 1;
  // Requests that may wait for a worker; further calls fail with `queue_full`.
  int max_queue_size = 1024;

  // For waiting and running together; none: no limit.
  std::optional<Duration> request_timeout = {};
  // How long a run may go on after its deadline or cancellation, before its worker is ended as with
  // hang_timeout.
  Duration cancel_grace = std::chrono::seconds(5);
  // A worker whose run takes longer than this (or takes longer for one part of an answer) gets
  // SIGABRT, which writes its stack and ends it. It is killed if it has not ended 0.5 s later. By
  // then each call that it ran has its error. 0: never.
  Duration hang_timeout = std::chrono::seconds(120);
  // For spawn, handshake and load of one worker.
  Duration startup_timeout = std::chrono::seconds(120);
  // How long the whole pool has to end its calls at close, and a recycled worker to leave. Then
  // SIGKILL.
  Duration drain_timeout = std::chrono::seconds(5);
  RestartBackoff restart_backoff = {};
  Retry retry = Retry::kIfNotStarted;
  // How long the pool remembers an input that was running when its worker ended. An input that
  // ended two workers within this time is refused with `poisoned_request`. 0: never.
  Duration poison_memory = std::chrono::minutes(10);
  // The longest time that a wait keeps a processor that nobody else wants before it sleeps; adaptive
  // below that. When the pool has more threads than processors, a wait beside short runs yields the
  // processor instead, and one beside long runs gives it up after 5 us. 0: never spin or yield.
  Duration spin = std::chrono::microseconds(50);
  // The constructor returns at once; see Pool::wait_ready.
  bool start_in_background = false;

  // Recycling: a worker that has reached one of these limits is replaced by a successor. The old
  // worker serves until its successor is ready, and then leaves. The pool recycles one worker at a
  // time, and no request fails or waits for it. Each worker process has its own limit, between 80
  // and 100 % of the value, so that not all are due at once. A value that a fresh worker exceeds
  // makes the pool recycle all the time. None: never. No effect with workers = 0.
  //
  // Requests that one worker process serves; checked every 50 ms.
  std::optional<int> max_requests = {};
  // Bytes of its private memory (RssAnon in /proc/<pid>/status); checked every 500 ms.
  std::optional<std::uint64_t> max_worker_rss = {};
  // Time since the worker was ready.
  std::optional<Duration> max_worker_age = {};

  // Bytes of shared memory for the pool; default half of min(RAM, cgroup limit). Half is for
  // requests; the workers share the other half for their replies. Sparse: only the used part takes
  // memory.
  std::optional<std::uint64_t> shared_memory_limit = {};
  // Bytes of one request or one reply; default (and most) a quarter of a reply region.
  std::optional<std::uint64_t> max_payload = {};
  // Outputs never view memory that a worker can write.
  bool copy_outputs = false;

  // The names of the variables that a worker inherits from the host's environment, as it was when
  // the pool was made. Unset: all variables; an empty list: none. This keeps the host's secrets
  // from a model; the list must name what the model needs (PATH, LD_LIBRARY_PATH).
  std::optional<std::vector<std::string>> inherit_env = {};
  // Variables added to these. In the values, "{index}" stands for the worker's index 0..N-1.
  std::map<std::string, std::string> env = {};
  // "0-3,8", or with "{index}" as above; empty: the host's.
  std::string cpu_affinity = {};
  // Soft and hard, in setrlimit's units: as, core, cpu, data, fsize, memlock, nofile, nproc, stack.
  std::map<std::string, std::uint64_t> rlimits = {};
  // Whether a worker that crashes may leave a core dump, within the host's limits and the system's
  // rules. No dump contains the pool's shared memory. False: no dump, and no other process of the
  // user, not even a debugger, may inspect a worker.
  bool core_dumps = true;
  // Takes network, file-system writes and process creation from each worker once its model has
  // loaded; SECURITY.md has the details. Needs Linux 5.19 with Landlock and seccomp, else the start
  // fails. Not possible with workers = 0.
  bool sandbox = false;
  // OMP_NUM_THREADS and similar variables; default: usable cores / workers, at least 1.
  std::optional<int> threads_per_worker = {};
  WorkerOutput worker_output = {};
  // Called with each event of the workers and the pool (see EventKind), one at a time, until
  // `stopped`. It runs on a thread of the pool, for `stopped` on the thread that closes it; with
  // workers = 0 on the thread that constructs, calls or closes. It may ask the pool for stats() and
  // health(), and may close() it, which then only refuses new calls. It must not block, and must
  // not destroy the pool. The first events come before the constructor has returned, and the same
  // rules hold for them. Its exceptions are dropped, and so is an event for which there is no
  // memory.
  std::function<void(const Event&)> on_event = {};
  // The paths ("parameters.urls") of the fields in the file that neither MLServer nor inferpool
  // knows. from_file and from_json fill it, and a pool does not use it. Show it to the author of
  // the file: a field may be misspelt.
  std::vector<std::string> ignored_fields = {};
};

namespace detail {

// Throws Error (invalid_settings) for a field with an invalid value; the text names `source`.
void validate(const Settings& settings, std::string_view source);

// Where `workers` is unset: from MLSERVER_MODEL_PARALLEL_WORKERS (in any case), else 4. Throws
// Error (invalid_settings) that names the variable. Reads the environment, which no other thread
// may change meanwhile.
void resolve_workers(Settings& settings);

// Fills shared_memory_limit and max_payload if they are unset. Requires valid settings with
// `workers` resolved. Throws Error (invalid_settings) if max_payload exceeds a quarter of a reply
// region.
void resolve_memory(Settings& settings);

}  // namespace detail
}  // namespace inferpool
