// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include <inferpool/settings.hpp>

namespace inferpool::test {

// All fields of settings except the callbacks, comparable.
inline auto fields(const Settings& s) {
  return std::make_tuple(
      s.worker, s.implementation, s.name, s.version, s.uri, s.extra, s.folder, s.environment_path,
      s.workers, s.concurrency, s.max_queue_size, s.request_timeout, s.cancel_grace, s.hang_timeout,
      s.startup_timeout, s.drain_timeout, s.restart_backoff.first, s.restart_backoff.limit,
      s.restart_backoff.breaker, s.retry, s.poison_memory, s.spin, s.start_in_background,
      s.max_requests, s.max_worker_rss, s.max_worker_age, s.shared_memory_limit, s.max_payload,
      s.copy_outputs, s.inherit_env, s.env, s.cpu_affinity, s.rlimits, s.core_dumps, s.sandbox,
      s.threads_per_worker, s.worker_output.kind);
}

}  // namespace inferpool::test
