// SPDX-License-Identifier: Apache-2.0
#include "measure/program.hpp"

#include <cstdio>
#include <exception>
#include <span>

#include "measure/durations.hpp"
#include "measure/machine.hpp"

namespace bench {

int run_program(int argc, char** argv, const std::string& name,
                const std::function<void(const Options&, Results&)>& measure) {
  try {
    const Options options = parse_options(
        std::span<const char* const>(argv, static_cast<std::size_t>(argc)).subspan(1));
    Results results{name, this_machine()};
    std::printf("%s: %s\n", name.c_str(), to_string(results.machine).c_str());
    std::fflush(stdout);
    if (const std::string reason = unfit_build(); !reason.empty()) {
      std::fprintf(stderr, "%s: %s\n", name.c_str(), reason.c_str());
      return 2;
    }
    // With a wrong clock a loop might never end.
    const std::string blind = durations().blindness();
    blind.empty() ? measure(options, results) : results.left_out.push_back("everything: " + blind);
    std::fputs(to_string(results).c_str(), stdout);
    if (options.json) write_json(results, *options.json);
    return 0;
  } catch (const UsageError& error) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
    return 1;
  }
}

}  // namespace bench
