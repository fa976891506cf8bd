// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>

#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "core/quiet_signals.hpp"
#include "core/system_error.hpp"

namespace inferpool::core {

// Starts a thread that takes none of the host's signals. Throws std::runtime_error, which names the
// thread and the limit, if the system cannot start it.
template <typename F>
std::thread quiet_thread(const char* name, F&& run) {
  const QuietSignals quiet;
  try {
    std::thread thread(std::forward<F>(run));
    pthread_setname_np(thread.native_handle(), name);
    return thread;
  } catch (const std::system_error& error) {
    throw std::runtime_error(
        system_failure(std::string("the thread ") + name, error.code().value()));
  }
}

}  // namespace inferpool::core
