// SPDX-License-Identifier: Apache-2.0
#include <inferpool/worker.hpp>

#include "doubler.hpp"

int main(int argc, char** argv) { return inferpool::run_worker<Doubler>(argc, argv); }
