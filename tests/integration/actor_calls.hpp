// SPDX-License-Identifier: Apache-2.0
// Pools of actor_worker, which does what a request names.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <inferpool/pool.hpp>

#include "integration/eventually.hpp"
#include "integration/scenario.hpp"
#include "integration/scratch_folder.hpp"
#include "workers/actor.hpp"
#include "workers/gate.hpp"

namespace inferpool::test {

inline constexpr std::uint64_t kMiB = 1024 * 1024;

inline Settings settings_for(const std::string& worker, int workers) {
  Settings settings;
  settings.worker = worker;
  settings.workers = workers;
  settings.shared_memory_limit = 64 * kMiB;
  return settings;
}

inline Settings actor_settings(int workers) { return settings_for("actor_worker", workers); }

// A request to an Actor.
inline Request act(const std::string& what, Parameters more = {}, TensorList inputs = {}) {
  Request request;
  request.parameters = std::move(more);
  request.parameters["do"] = what;
  request.inputs = std::move(inputs);
  return request;
}

inline Tensor floats(std::int64_t count, float value) {
  return Tensor::from(std::vector<float>(static_cast<std::size_t>(count), value), {count});
}

inline bool all_equal(std::span<const float> values, float value) {
  return std::ranges::all_of(values, [value](float v) { return v == value; });
}

// A gate of one test: requests to "pass" it wait until the test opens it. Opens at the end.
class OwnGate {
 public:
  OwnGate() : path_(folder_ / "gate"), gate_(path_) {}
  OwnGate(const OwnGate&) = delete;
  OwnGate& operator=(const OwnGate&) = delete;
  ~OwnGate() { gate_.open_for_all(); }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] Request pass(TensorList inputs = {}) const {
    return act("pass", {{"gate", path_}}, std::move(inputs));
  }
  [[nodiscard]] Request meet(std::int64_t count) const {
    return act("meet", {{"gate", path_}, {"count", count}});
  }
  [[nodiscard]] bool reached_by(std::uint32_t count) {
    return eventually([&] { return gate_.arrived() >= count; });
  }
  [[nodiscard]] std::uint32_t arrived() const noexcept { return gate_.arrived(); }
  void admit(std::uint32_t count) noexcept { gate_.admit(count); }
  void open() noexcept { gate_.open_for_all(); }

 private:
  ScratchFolder folder_;
  std::string path_;
  Gate gate_;
};

}  // namespace inferpool::test
