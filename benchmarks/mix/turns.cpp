// SPDX-License-Identifier: Apache-2.0
#include "mix/turns.hpp"

#include <cstddef>

namespace bench {

std::vector<std::vector<Slice>> take_turns(const std::vector<Load>& loads, const Turns& turns) {
  std::vector<std::vector<Slice>> given(loads.size());
  std::size_t first = 0;
  for (int run = 0; run < turns.runs; ++run) {
    for (auto& runs : given) runs.emplace_back();
    for (int slice = 0; slice < turns.slices; ++slice, ++first) {
      for (std::size_t i = 0; i < loads.size(); ++i) {
        const std::size_t turn = (first + i) % loads.size();
        given[turn].back().add(loads[turn](turns.slice));
      }
    }
  }
  return given;
}

}  // namespace bench
