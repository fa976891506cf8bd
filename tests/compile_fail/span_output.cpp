// SPDX-License-Identifier: Apache-2.0
// expect: inferpool: std::span cannot travel between processes, .*use Tensor or std::vector
#include <span>

#include <inferpool/pool.hpp>

struct Model {
  using Input = inferpool::Tensor;
  using Output = std::span<const float>;
};

int main() { inferpool::Pool<Model> pool{inferpool::Settings{}}; }
