// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <system_error>

namespace inferpool::tools {

const char* const kAdviseUsage =
    "Usage: inferpool-advise model-settings.json --input [NAME=]FILE.npy [--input ...]\n"
    "                        [--worker PATH] [--workers N] [--seconds S] [--json]\n"
    "       inferpool-advise --help\n";

const char* const kAdviseHelp =
    "\n"
    "Measures the model that the settings name, with this input, and says whether a pool of "
    "worker\n"
    "processes answers more calls than the model in your own process would, with how many "
    "workers,\n"
    "and from which run time on.\n"
    "\n"
    "  --input FILE.npy       the input of a model that takes a Tensor\n"
    "  --input NAME=FILE.npy  an input of a model that takes a Request; once for each of its "
    "inputs.\n"
    "                         Files as numpy.save writes them: bool, int8 to int64, uint8 to "
    "uint64,\n"
    "                         float16, float32, float64\n"
    "  --worker PATH          the worker executable, instead of the one in the settings. One that "
    "they\n"
    "                         name without a folder is looked for beside the settings file first, "
    "then\n"
    "                         beside this program, in the install's libexec folder and on PATH\n"
    "  --workers N            try 1 to N workers, 2 to 64; default: twice the usable cores, at "
    "most 4\n"
    "  --seconds S            how long to call the model in all, 0.1 to 3600; default 5. Loading "
    "it, once\n"
    "                         for each number of workers, comes on top; a model whose calls take "
    "long\n"
    "                         is called a few times for each figure, however long that takes\n"
    "  --json                 the figures and the verdict as one JSON object, times in seconds\n"
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

namespace {

template <typename T>
T number(std::string_view option, std::string_view text, T least, T most) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // Not "value < least || value > most": NaN is neither.
  const bool fits = value >= least && value <= most;
  if (error != std::errc{} || end != text.data() + text.size() || !fits) {
    throw Usage(
        fmt::format("{} takes a number from {} to {}, not \"{}\"", option, least, most, text));
  }
  return value;
}

void check_inputs(const std::vector<InputFile>& inputs) {
  if (inputs.empty()) throw Usage("--input is missing");
  for (const InputFile& input : inputs) {
    if (input.file.empty()) throw Usage("an --input names no file");
    if (inputs.size() > 1 && input.name.empty()) {
      throw Usage(fmt::format("several inputs need names: --input NAME={}", input.file));
    }
    const auto same = [&](const InputFile& other) { return other.name == input.name; };
    if (std::count_if(inputs.begin(), inputs.end(), same) > 1) {
      throw Usage(fmt::format("the input \"{}\" is given twice", input.name));
    }
  }
}

class Parser {
 public:
  explicit Parser(std::span<const char* const> arguments) : arguments_(arguments) {}

  AdviseArguments parse() {
    for (; at_ < arguments_.size(); ++at_) read(arguments_[at_]);
    if (result_.help) return result_;
    if (result_.settings.empty()) throw Usage("which model-settings.json?");
    check_inputs(result_.inputs);
    return result_;
  }

 private:
  void read(std::string_view argument) {
    if (argument == "--input") {
      result_.inputs.push_back(parse_input_file(value(argument)));
    } else if (argument == "--worker") {
      result_.worker = value(argument);
    } else if (argument == "--workers") {
      result_.workers = number(argument, value(argument), 2, 64);
    } else if (argument == "--seconds") {
      result_.seconds = number(argument, value(argument), 0.1, 3600.0);
    } else if (argument == "--json") {
      result_.json = true;
    } else if (argument == "--help") {
      result_.help = true;
    } else if (argument.starts_with('-') || !result_.settings.empty()) {
      throw Usage(fmt::format("unknown argument \"{}\"", argument));
    } else {
      result_.settings = argument;
    }
  }

  std::string_view value(std::string_view option) {
    if (++at_ == arguments_.size()) throw Usage(fmt::format("{} needs a value", option));
    return arguments_[at_];
  }

  std::span<const char* const> arguments_;
  std::size_t at_ = 0;
  AdviseArguments result_;
};

}  // namespace

AdviseArguments parse_advise_arguments(std::span<const char* const> arguments) {
  return Parser(arguments).parse();
}

}  // namespace inferpool::tools
