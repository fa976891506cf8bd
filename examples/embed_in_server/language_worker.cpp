// SPDX-License-Identifier: Apache-2.0
#include <inferpool/worker.hpp>

#include "language.hpp"

int main(int argc, char** argv) { return inferpool::run_worker<Language>(argc, argv); }
