// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "explorer/explorer.hpp"

namespace inferpool::explorer {

struct Scene {
  const char* name;  // a sentence about what must hold
  void (*play)(Stage&);
  Bounds bounds = {};
};

[[nodiscard]] std::span<const Scene> ring_scenes();
[[nodiscard]] std::span<const Scene> reply_scenes();
[[nodiscard]] std::span<const Scene> part_scenes();
[[nodiscard]] std::span<const Scene> death_scenes();

}  // namespace inferpool::explorer
