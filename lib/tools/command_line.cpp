// SPDX-License-Identifier: Apache-2.0
#include "tools/command_line.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "core/format.hpp"

namespace inferpool::tools {

const char* const kModelArgumentsHelp =
    "  --input FILE.npy       the input of a model that takes a Tensor\n"
    "  --input NAME=FILE.npy  an input of a model that takes a Request; once for each of its "
    "inputs.\n"
    "                         The name is what stands before the first =. Files as numpy.save "
    "writes\n"
    "                         them: bool, int8 to int64, uint8 to uint64, float16, float32, "
    "float64\n"
    "  --input-tensor NAME FILE.npy\n"
    "                         the same for any name, such as one with an =\n"
    "  --input-file FILE.npy  the same as --input FILE.npy, for any path, such as one with an =\n"
    "  --no-inputs            asks a model that takes a Request without any input\n"
    "  --worker PATH          the worker executable, instead of the one in the settings. One that "
    "they\n"
    "                         name without a folder is looked for beside the settings file first, "
    "then\n"
    "                         beside this program, in the install's libexec folder and on PATH\n";

namespace {

template <typename T>
T parse_number(std::string_view option, std::string_view text, T least, T most) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // "value < least || value > most" would accept NaN.
  const bool fits = value >= least && value <= most;
  if (error != std::errc{} || end != text.data() + text.size() || !fits) {
    throw Usage(
        core::formatted("{} takes a number from {} to {}, not \"{}\"", option, least, most, text));
  }
  return value;
}

void check_inputs(const ModelArguments& arguments) {
  const std::vector<InputFile>& inputs = arguments.inputs;
  if (arguments.no_inputs && !inputs.empty()) throw Usage("--no-inputs, but there is an --input");
  if (!arguments.no_inputs && inputs.empty()) {
    throw Usage("--input is missing (--no-inputs asks a model that has none)");
  }
  for (const InputFile& input : inputs) {
    if (input.file.empty()) throw Usage("an --input names no file");
    if (input.name && input.name->empty()) {
      throw Usage("an --input has an empty name, which no tensor of a Request may have");
    }
    if (inputs.size() > 1 && !input.name) {
      throw Usage(core::formatted("several inputs need names: --input NAME={}", input.file));
    }
    const auto same = [&](const InputFile& other) { return other.name == input.name; };
    if (std::count_if(inputs.begin(), inputs.end(), same) > 1) {
      throw Usage(core::formatted("the input \"{}\" is given twice", *input.name));
    }
  }
}

}  // namespace

void CommandLine::read(ModelArguments& arguments,
                       const std::function<bool(std::string_view)>& read_other) {
  for (; at_ < words_.size(); ++at_) {
    const std::string_view word = words_[at_];
    if (read_own(word, arguments) || read_other(word)) continue;
    if (word.starts_with('-') || !arguments.settings.empty()) {
      throw Usage(core::formatted("unknown argument \"{}\"", word));
    }
    arguments.settings = word;
  }
  if (arguments.help) return;
  if (arguments.settings.empty()) throw Usage("which model-settings.json?");
  check_inputs(arguments);
}

bool CommandLine::read_own(std::string_view word, ModelArguments& arguments) {
  if (auto input = tensor_file(word, "--input")) {
    arguments.inputs.push_back(*std::move(input));
  } else if (word == "--no-inputs") {
    arguments.no_inputs = true;
  } else if (word == "--worker") {
    arguments.worker = value(word);
  } else if (word == "--json") {
    arguments.json = true;
  } else if (word == "--help") {
    arguments.help = true;
  } else {
    return false;
  }
  return true;
}

std::optional<InputFile> CommandLine::tensor_file(std::string_view option, std::string_view what) {
  if (!option.starts_with(what)) return std::nullopt;
  const std::string_view form = option.substr(what.size());
  if (form.empty()) return parse_input_file(value(option));
  if (form == "-file") return InputFile{.file = std::string(value(option))};
  if (form != "-tensor") return std::nullopt;
  InputFile named{.name = std::string(value(option))};
  if (++at_ == words_.size()) throw Usage(core::formatted("{} needs a name and a file", option));
  named.file = words_[at_];
  return named;
}

std::string_view CommandLine::value(std::string_view option) {
  if (++at_ == words_.size()) throw Usage(core::formatted("{} needs a value", option));
  return words_[at_];
}

int CommandLine::number(std::string_view option, int least, int most) {
  return parse_number(option, value(option), least, most);
}

double CommandLine::number(std::string_view option, double least, double most) {
  return parse_number(option, value(option), least, most);
}

}  // namespace inferpool::tools
