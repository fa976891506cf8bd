// SPDX-License-Identifier: Apache-2.0
// expect: inferpool: this compiler and this Boost have no coroutines together
#define BOOST_ASIO_DISABLE_CO_AWAIT
#include <inferpool/asio.hpp>

struct Model {
  using Input = inferpool::Tensor;
  using Output = inferpool::Tensor;
};

void ask(inferpool::Pool<Model>& pool) { inferpool::async_infer(pool, {}); }
