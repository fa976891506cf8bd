// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "integration/host_program.hpp"
#include "integration/scratch_folder.hpp"

namespace inferpool::test {

// Runs limited_host, or another host that runs out of something, and returns what it printed.
inline std::vector<std::string> limited_host(const std::string& mode,
                                             const std::string& program = "limited_host") {
  const ScratchFolder folder;
  HostProgram host(mode, folder / "", program);
  std::vector<std::string> lines;
  for (std::string line = host.line(); !line.empty(); line = host.line()) lines.push_back(line);
  const int status = host.wait();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error(program + " failed: " + host.rest_of_stderr());
  return lines;
}

}  // namespace inferpool::test
