// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "explorer/access.hpp"
#include "explorer/stage.hpp"

namespace inferpool::explorer {

// A scene, played once: see Stage.
using Play = std::function<void(Stage&)>;

struct Outcome {
  std::size_t runs = 0;
  std::size_t states = 0;              // that were different
  bool complete = false;               // everything within the bounds was played
  std::optional<std::string> failure;  // of the last run, with its steps
  std::vector<Access> accesses;
};

// Plays a scene in all interleavings, with two exceptions. It leaves out those that differ only in
// the order of independent steps of different threads. It cuts off those that reach a state in
// which another one was already. A state is what all threads have read and what is in memory, as a
// hash of 64 bits. Ends at the first failure.
Outcome explore(const Play& play, Bounds bounds = {}, std::vector<Weakening> weakenings = {});

}  // namespace inferpool::explorer
