// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "measure/options.hpp"
#include "measure/results.hpp"

namespace bench {

// The whole main() of a benchmark: reads the command line, prints the machine, and calls `measure`,
// which fills cells, figures and left_out. Then prints them and writes them to the file of --json.
// Returns the exit status: 0 (also if a figure is missed), 1 if `measure` throws, 2 for wrong
// arguments or a build that must not be timed.
int run_program(int argc, char** argv, const std::string& name,
                const std::function<void(const Options&, Results&)>& measure);

}  // namespace bench
