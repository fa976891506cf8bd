// SPDX-License-Identifier: Apache-2.0
#include "worker/sandbox.hpp"

#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include "core/format.hpp"
#include "worker/call_filter.hpp"
#include "worker/landlock.hpp"
#include "worker/open_escapes.hpp"
#include "worker/rights.hpp"
#include "worker/shared_limits.hpp"

namespace inferpool::worker {
namespace {

// Runs a step that fails if the system lacks something.
template <typename Step>
void require(Step step) try {
  step();
} catch (const std::runtime_error& error) {
  throw std::runtime_error(core::formatted(
      "{}; it needs Linux 5.19 or later with Landlock and seccomp, and a container that "
      "allows them: use one, or set sandbox = false",
      error.what()));
}

}  // namespace

void require_one_thread() {
  std::error_code error;
  const std::filesystem::directory_iterator tasks("/proc/self/task", error);
  if (error) throw std::runtime_error("/proc/self/task cannot be read: " + error.message());
  const auto threads = std::distance(begin(tasks), end(tasks));
  if (threads == 1) return;
  throw std::runtime_error(core::formatted(
      "{} threads run before the model loads, and cannot be confined with it: a library of the "
      "worker starts them before main; load that library in the model's constructor, or set "
      "sandbox = false",
      threads));
}

void isolate() {
  require(drop_rights);
  require(enter_own_domain);
}

void confine() {
  require(filter_calls);
  // Checked here, because no thread can open anything more.
  if (const auto way = open_escape()) {
    throw std::runtime_error(
        core::formatted("after its load the model still has an open escape: {}; close it in the "
                        "model's constructor, or "
                        "set sandbox = false",
                        *way));
  }
  lower_shared_limits();
  require(forbid_writing);
}

}  // namespace inferpool::worker
