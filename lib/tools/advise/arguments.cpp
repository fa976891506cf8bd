// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/arguments.hpp"

#include <string_view>

#include "core/format.hpp"

namespace inferpool::tools {

const char* const kAdviseUsage =
    "Usage: inferpool-advise model-settings.json --input [NAME=]FILE.npy [--input ...] | "
    "--no-inputs\n"
    "                        [--worker PATH] [--workers N] [--seconds S] [--json] [--svg FILE]\n"
    "       inferpool-advise --help\n";

namespace {

constexpr const char* kAdvisePurpose =
    "\n"
    "Measures the model that the settings name, with this input, and says whether a pool of "
    "worker\n"
    "processes answers more calls than the model in your own process would, with how many "
    "workers,\n"
    "and from which run time on.\n"
    "\n";

constexpr const char* kAdviseOptions =
    "  --workers N            try 1 to N workers, 2 to 64; default: twice the usable cores, at "
    "most 4\n"
    "  --seconds S            how long to call the model in all, 0.1 to 3600; default 5. Loading "
    "it, once\n"
    "                         for each number of workers, comes on top; a model whose calls take "
    "long\n"
    "                         is called a few times for each figure, however long that takes\n"
    "  --json                 the figures and the verdict as one JSON object, times in seconds\n"
    "  --svg FILE             also draw the calls per second over the number of workers\n"
    "\n"
    "How it measures: this program does not contain the model, so its time in your own process is "
    "taken\n"
    "from the stage `run` of the pool's statistics: predict with the decoding of its input and "
    "the\n"
    "encoding of its output, in a pool of one worker with one caller. Throughput is that of pools "
    "of 1 to\n"
    "N workers, with two callers for each call that can run at once.\n"
    "\n"
    "Exit status: 0, whatever the verdict; 1 where the model could not be measured; 2 for wrong "
    "usage.\n";

}  // namespace

std::string advise_help() {
  return core::formatted("{}{}{}{}", kAdviseUsage, kAdvisePurpose, kModelArgumentsHelp,
                         kAdviseOptions);
}

AdviseArguments parse_advise_arguments(std::span<const char* const> arguments) {
  AdviseArguments result;
  CommandLine line(arguments);
  line.read(result, [&](std::string_view option) {
    if (option == "--workers") {
      result.workers = line.number(option, 2, 64);
    } else if (option == "--seconds") {
      result.seconds = line.number(option, 0.1, 3600.0);
    } else if (option == "--svg") {
      result.svg = line.value(option);
    } else {
      return false;
    }
    return true;
  });
  return result;
}

}  // namespace inferpool::tools
