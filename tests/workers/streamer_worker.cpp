// SPDX-License-Identifier: Apache-2.0
#include <inferpool/worker.hpp>

#include "workers/streaming_model.hpp"

int main(int argc, char** argv) {
  return inferpool::run_worker<inferpool::test::StreamingModel>(argc, argv);
}
