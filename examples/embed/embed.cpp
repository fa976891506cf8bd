// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <iostream>

#include <inferpool/pool.hpp>

#include "doubler.hpp"

int main() {
  try {
    inferpool::Pool<Doubler> pool{{.worker = "doubler_worker", .workers = 1}};

    const std::array numbers = {1.0F, 2.5F, 4.0F};
    const auto doubled = pool.infer(inferpool::Tensor::borrow(numbers, {3}));

    std::cout << "worker " << pool.stats().workers.at(0).pid << " doubled 1 2.5 4:";
    for (const float number : doubled.values<float>()) std::cout << ' ' << number;
    std::cout << '\n';
  } catch (const inferpool::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
