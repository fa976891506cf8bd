// SPDX-License-Identifier: Apache-2.0
#include <inferpool/worker.hpp>

#include "models/busy_model.hpp"

int main(int argc, char** argv) { return inferpool::run_worker<bench::BusyModel>(argc, argv); }
