// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <exception>
#include <optional>
#include <span>
#include <string>

#include <inferpool/error.hpp>

#include "core/format.hpp"
#include "settings/ignored_fields.hpp"
#include "tools/model_settings.hpp"
#include "tools/npy_writer.hpp"
#include "tools/run/arguments.hpp"
#include "tools/run/calls.hpp"
#include "tools/run/report.hpp"
#include "tools/run_tool.hpp"

namespace inferpool::tools {
namespace {

// The output to be written: the one of that name, without a name the only one.
const Tensor& chosen(const TensorList& outputs, const std::optional<std::string>& name) {
  if (name) return outputs[*name];
  if (outputs.size() == 1) return outputs.begin()->tensor;
  std::string names;
  for (const NamedTensor& output : outputs) names += ' ' + output.name;
  throw Error(ErrorCode::kInvalidArgument,
              core::formatted("the model has {} outputs:{}; say which: --output NAME=FILE.npy",
                              outputs.size(), names));
}

void run_model(const RunArguments& arguments) {
  const ModelInput input = read_input(arguments.inputs);
  Settings settings = model_settings(arguments.settings, arguments.worker);
  print_error(settings::ignored_fields_warning(settings, arguments.settings));
  if (arguments.workers) settings.workers = arguments.workers;
  const RunSubject subject{.model = model_name(settings), .input = to_string(input)};
  const Calls calls = make_calls(settings, input, arguments.repeat);
  const TensorList outputs = outputs_of(calls.output);
  for (const InputFile& output : arguments.outputs) {
    write_npy(output.file, chosen(outputs, output.name));
  }
  print(arguments.json ? to_json(subject, calls)
                       : to_text(subject, calls, arguments.outputs.empty()));
}

// For one who reads stdout alone. The error itself is told whatever becomes of this.
void print_too(const std::string& text) {
  try {
    print(text);
  } catch (const std::exception& unwritten) {
    print_error(core::formatted("inferpool-run: {}\n", unwritten.what()));
  }
}

int run(std::span<const char* const> command_line) {
  return run_tool("inferpool-run", kRunUsage, [&] {
    const RunArguments arguments = parse_run_arguments(command_line);
    if (arguments.help) return print(run_help());
    try {
      run_model(arguments);
    } catch (const Error& error) {
      if (arguments.json) print_too(to_json(error));
      throw;
    }
  });
}

}  // namespace
}  // namespace inferpool::tools

int main(int argc, char** argv) {
  return inferpool::tools::run({argv + 1, static_cast<std::size_t>(std::max(argc, 1) - 1)});
}
