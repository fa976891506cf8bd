// SPDX-License-Identifier: Apache-2.0
// expect: inferpool: std::reference_wrapper cannot travel between processes
#include <functional>

#include <inferpool/pool.hpp>

struct Model {
  using Input = std::reference_wrapper<inferpool::Tensor>;
  using Output = inferpool::Tensor;
};

int main() { inferpool::Pool<Model> pool{inferpool::Settings{}}; }
