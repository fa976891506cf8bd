// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <future>
#include <string>

#include "unit/worker/confined_child.hpp"
#include "worker/sandbox.hpp"

namespace inferpool::test {

// The text that `body` returns, in a thread that starts before its process is confined and goes on
// afterwards, like the threads that a load starts. `body` gets what `load` made before.
template <typename Load, typename Body>
std::string told_by_thread_of_load(Load load, Body body) {
  return told_by_child([&] {
    worker::isolate();
    const auto made = load();
    std::promise<void> go;
    auto told = std::async(std::launch::async, [&] {
      go.get_future().wait();
      return body(made);
    });
    worker::confine();
    go.set_value();
    return told.get();
  });
}

}  // namespace inferpool::test
