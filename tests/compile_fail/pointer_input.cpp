// SPDX-License-Identifier: Apache-2.0
// expect: inferpool: a pointer cannot travel between processes
#include <inferpool/pool.hpp>

struct Model {
  using Input = const char*;
  using Output = inferpool::Tensor;
};

int main() { inferpool::Pool<Model> pool{inferpool::Settings{}}; }
