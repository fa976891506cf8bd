// SPDX-License-Identifier: Apache-2.0
#include <inferpool/worker.hpp>

#include "runtimes/xgboost/xgboost_model.hpp"

int main(int argc, char** argv) {
  return inferpool::run_worker<inferpool::runtimes::XgboostModel>(argc, argv);
}
