// SPDX-License-Identifier: Apache-2.0
// expect: inferpool: a std::vector can travel between processes where its elements are trivially
// copyable
#include <string>
#include <vector>

#include <inferpool/pool.hpp>

struct Model {
  using Input = inferpool::Tensor;
  using Output = std::vector<std::string>;
};

int main() { inferpool::Pool<Model> pool{inferpool::Settings{}}; }
