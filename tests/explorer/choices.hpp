// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace inferpool::explorer {

// The way through a tree of choices, depth first. Each run of a scene repeats the choices of the
// run before, up to the last choice with an alternative left, and takes the next alternative there.
class Choices {
 public:
  // Chooses one of `count` alternatives, 0 first.
  int choose(int count) {
    if (count == 1) return 0;
    if (depth_ == way_.size()) way_.push_back({0, count});
    return way_[depth_++].taken;
  }
  // Whether the next choice is made for the first time.
  [[nodiscard]] bool at_new() const noexcept { return depth_ == way_.size(); }

  // Goes to the next way. False: there is none.
  bool advance() {
    depth_ = 0;
    while (!way_.empty() && way_.back().taken + 1 == way_.back().count) way_.pop_back();
    if (way_.empty()) return false;
    ++way_.back().taken;
    return true;
  }
  void restart() {
    depth_ = 0;
    way_.clear();
  }

 private:
  struct Choice {
    int taken;
    int count;
  };
  std::vector<Choice> way_;
  std::size_t depth_ = 0;
};

}  // namespace inferpool::explorer
