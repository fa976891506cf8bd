// SPDX-License-Identifier: Apache-2.0
// expect: inferpool: this type cannot travel between processes; use Tensor, Request/Response,
// std::string, a trivially copyable type or a std::vector of one, or specialise inferpool::Codec
#include <memory>

#include <inferpool/pool.hpp>

struct Owning {
  std::unique_ptr<float[]> values;
};

struct Model {
  using Input = inferpool::Tensor;
  using Output = Owning;
};

int main() { inferpool::Pool<Model> pool{inferpool::Settings{}}; }
