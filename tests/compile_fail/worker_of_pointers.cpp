// SPDX-License-Identifier: Apache-2.0
// expect: inferpool: a pointer cannot travel between processes
#include <inferpool/worker.hpp>

struct Model {
  explicit Model(const inferpool::Settings& /*settings*/) {}
  inferpool::Tensor predict(const char* /*path*/) { return {}; }
};

int main(int argc, char** argv) { return inferpool::run_worker<Model>(argc, argv); }
