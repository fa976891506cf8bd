// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "measure/options.hpp"
#include "measure/results.hpp"

namespace bench {

// The whole main() of a benchmark: reads the command line, prints the machine, refuses a build that
// is not fit to be timed, calls `measure`, which fills cells, figures and left_out, prints them and
// writes them to the file of --json. Returns the exit status: 0 (a figure missed is no failure), 1
// where `measure` throws, 2 for wrong arguments or an unfit build.
int run_program(int argc, char** argv, const std::string& name,
                const std::function<void(const Options&, Results&)>& measure);

}  // namespace bench
