// SPDX-License-Identifier: Apache-2.0
// expect: inferpool: this type cannot travel between processes
#include <string_view>

#include <inferpool/pool.hpp>

struct Model {
  using Input = std::string_view;
  using Output = inferpool::Tensor;
};

int main() { inferpool::Pool<Model> pool{inferpool::Settings{}}; }
