// SPDX-License-Identifier: Apache-2.0
// expect: inferpool: a std::vector of pointers or views cannot travel between processes
#include <string_view>
#include <vector>

#include <inferpool/pool.hpp>

struct Model {
  using Input = inferpool::Tensor;
  using Output = std::vector<std::string_view>;
};

int main() { inferpool::Pool<Model> pool{inferpool::Settings{}}; }
