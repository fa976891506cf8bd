// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "measure/instrument.hpp"

namespace inferpool::test {

// Says that the test case that runs proves nothing on this machine, and why: what would measure it
// sees nothing here, or what it takes is not there. The run then ends with a line for each such
// case, by which ctest shows it as skipped; but not where a test case has failed.
void skip(const std::string& why);

// True, and skipped, where the instrument does not see its known case.
bool skipped_as_blind(const bench::Instrument& instrument);

}  // namespace inferpool::test
