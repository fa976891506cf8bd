// SPDX-License-Identifier: Apache-2.0
#include <inferpool/worker.hpp>

#include "runtimes/onnx/onnx_model.hpp"

int main(int argc, char** argv) {
  return inferpool::run_worker<inferpool::runtimes::OnnxModel>(argc, argv);
}
