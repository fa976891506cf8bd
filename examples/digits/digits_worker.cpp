// SPDX-License-Identifier: Apache-2.0
#include <inferpool/worker.hpp>

#include "digits.hpp"

int main(int argc, char** argv) { return inferpool::run_worker<Digits>(argc, argv); }
