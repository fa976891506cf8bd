// SPDX-License-Identifier: Apache-2.0
#include <inferpool/worker.hpp>

#include "workers/sequences.hpp"

int main(int argc, char** argv) {
  return inferpool::run_worker<inferpool::test::Reverser>(argc, argv);
}
