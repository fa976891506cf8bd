// SPDX-License-Identifier: Apache-2.0
// expect: inferpool: std::string_view cannot travel between processes, .*use std::string
#include <string_view>

#include <inferpool/pool.hpp>

struct Model {
  using Input = std::string_view;
  using Output = inferpool::Tensor;
};

int main() {
  inferpool::Pool<Model> pool{inferpool::Settings{}};
  return pool.infer("text").shape().elements() == pool.submit("text").get().shape().elements();
}
