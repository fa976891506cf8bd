// SPDX-License-Identifier: Apache-2.0
// expect: inferpool: a std::vector of pointers or views cannot travel between processes
#include <vector>

#include <inferpool/pool.hpp>

struct Model {
  using Input = std::vector<const char*>;
  using Output = inferpool::Tensor;
};

int main() { inferpool::Pool<Model> pool{inferpool::Settings{}}; }
