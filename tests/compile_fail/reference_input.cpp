// SPDX-License-Identifier: Apache-2.0
// expect: inferpool: a reference or a const type cannot travel between processes
#include <inferpool/pool.hpp>

struct Model {
  using Input = const inferpool::Tensor&;
  using Output = inferpool::Tensor;
};

int main() { inferpool::Pool<Model> pool{inferpool::Settings{}}; }
