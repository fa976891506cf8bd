// SPDX-License-Identifier: Apache-2.0
// expect: inferpool: std::vector<bool> cannot travel between processes, .*use
// std::vector<std::uint8_t>
#include <vector>

#include <inferpool/pool.hpp>

struct Model {
  using Input = std::vector<bool>;
  using Output = inferpool::Tensor;
};

int main() { inferpool::Pool<Model> pool{inferpool::Settings{}}; }
