// SPDX-License-Identifier: Apache-2.0
#include "workers/tracer.hpp"

#include <inferpool/worker.hpp>

int main(int argc, char** argv) {
  return inferpool::run_worker<inferpool::test::Tracer>(argc, argv);
}
