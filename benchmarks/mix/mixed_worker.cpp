// SPDX-License-Identifier: Apache-2.0
#include <inferpool/worker.hpp>

#include "mix/mixed_model.hpp"

int main(int argc, char** argv) { return inferpool::run_worker<bench::MixedModel>(argc, argv); }
