// SPDX-License-Identifier: Apache-2.0
#include "tools/run/arguments.hpp"

#include <string_view>

#include "core/format.hpp"

namespace inferpool::tools {

const char* const kRunUsage =
    "Usage: inferpool-run model-settings.json --input [NAME=]FILE.npy [--input ...] | "
    "--no-inputs\n"
    "                     [--output [NAME=]FILE.npy ...] [--worker PATH] [--workers N]\n"
    "                     [--repeat N] [--json]\n"
    "       inferpool-run --help\n";

namespace {

constexpr const char* kRunPurpose =
    "\n"
    "Starts the workers that the settings name, asks the model once, and prints its outputs, how "
    "long\n"
    "it took and what its workers did.\n"
    "\n";

constexpr const char* kRunOptions =
    "  --output FILE.npy      writes the model's one output there, as numpy.save does, and does "
    "not\n"
    "                         print it\n"
    "  --output NAME=FILE.npy the same for the output of that name; once for each\n"
    "  --output-tensor NAME FILE.npy, --output-file FILE.npy\n"
    "                         as --input-tensor and --input-file\n"
    "  --workers N            1 to 1024 worker processes; default: as the settings say, else 4\n"
    "  --repeat N             asks N times, one call after the other, 1 to 1000000000; the outputs "
    "are\n"
    "                         those of the last call\n"
    "  --json                 everything as one JSON object, outputs whole, times in seconds; a "
    "call\n"
    "                         that failed is an object with its `error`\n"
    "\n"
    "An output of more than 1000 elements is printed as its first and last three along each "
    "axis.\n"
    "\n"
    "Exit status: 0; 1 where the model did not load or a call failed; 2 for wrong usage.\n";

// The setting accepts 0, so the error says why the tool does not.
int number_of_workers(CommandLine& line, std::string_view option) {
  const int workers = line.number(option, 0, 1024);
  if (workers == 0) {
    throw Usage(
        "--workers 0 would run the model in this program, which does not contain it; accepted: 1 "
        "to 1024");
  }
  return workers;
}

void add_output(RunArguments& arguments, const InputFile& output) {
  if (output.file.empty()) throw Usage("an --output names no file");
  for (const InputFile& other : arguments.outputs) {
    if (!other.name || !output.name) {
      throw Usage(core::formatted("several outputs need names: --output NAME={}",
                                  other.name ? output.file : other.file));
    }
    if (other.name == output.name) {
      throw Usage(core::formatted("the output \"{}\" is given twice", *output.name));
    }
  }
  arguments.outputs.push_back(output);
}

}  // namespace

std::string run_help() {
  return core::formatted("{}{}{}{}", kRunUsage, kRunPurpose, kModelArgumentsHelp, kRunOptions);
}

RunArguments parse_run_arguments(std::span<const char* const> arguments) {
  RunArguments result;
  CommandLine line(arguments);
  line.read(result, [&](std::string_view option) {
    if (const auto output = line.tensor_file(option, "--output")) {
      add_output(result, *output);
    } else if (option == "--workers") {
      result.workers = number_of_workers(line, option);
    } else if (option == "--repeat") {
      result.repeat = line.number(option, 1, 1'000'000'000);
    } else {
      return false;
    }
    return true;
  });
  return result;
}

}  // namespace inferpool::tools
