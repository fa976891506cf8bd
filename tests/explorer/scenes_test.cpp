// SPDX-License-Identifier: Apache-2.0
// Plays the protocol of the shared memory in all interleavings: the claim of each scene must hold.
#include <chrono>
#include <iostream>

#include "catch.hpp"
#include "explorer/scenes.hpp"

namespace inferpool::explorer {
namespace {

void check(std::span<const Scene> scenes) {
  for (const Scene& scene : scenes) {
    const auto begin = std::chrono::steady_clock::now();
    const Outcome outcome = explore(scene.play, scene.bounds);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::cout << scene.name << ": " << outcome.runs << " runs, " << outcome.states << " states, "
              << took.count() << " s" << std::endl;
    INFO(scene.name << ": " << outcome.failure.value_or("no failure"));
    CHECK_FALSE(outcome.failure);
    CHECK(outcome.complete);
  }
}

TEST_CASE("requests are neither lost nor taken twice in any interleaving") { check(ring_scenes()); }

TEST_CASE("replies reach whoever waits for them in any interleaving") { check(reply_scenes()); }

TEST_CASE("parts come once and whole in any interleaving") { check(part_scenes()); }

TEST_CASE("the host knows in any state what a stopped worker leaves behind") {
  check(death_scenes());
}

}  // namespace
}  // namespace inferpool::explorer
