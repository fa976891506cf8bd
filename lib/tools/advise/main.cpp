// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include "core/format.hpp"
#include "settings/ignored_fields.hpp"
#include "system/usable_processors.hpp"
#include "tools/advise/arguments.hpp"
#include "tools/advise/measurement.hpp"
#include "tools/advise/probe.hpp"
#include "tools/advise/report.hpp"
#include "tools/advise/verdict.hpp"
#include "tools/model_settings.hpp"
#include "tools/run_tool.hpp"

namespace inferpool::tools {
namespace {

constexpr const char* kEraseLine = "\r\x1b[K";

// One line on a terminal, overwritten with each step. Prints nothing if stderr is no terminal.
class ProgressLine {
 public:
  void show(std::string_view text) const {
    if (!terminal_) return;
    print_error(core::formatted("{}{} ...", kEraseLine, text));
    std::fflush(stderr);
  }
  ~ProgressLine() {
    if (terminal_) std::fputs(kEraseLine, stderr);
  }

 private:
  bool terminal_ = isatty(STDERR_FILENO) != 0;
};

Figures measure(const AdviseArguments& arguments, const Settings& settings,
                const ModelInput& input) {
  const int cores = system::usable_processors();
  const Budget budget{.seconds = arguments.seconds,
                      .workers = arguments.workers.value_or(std::min(4, 2 * cores))};
  const ProgressLine line;
  Measurement measurement(settings, input, budget, [&](std::string_view text) { line.show(text); });
  return measurement.take(cores);
}

void advise(const AdviseArguments& arguments) {
  const ModelInput input = read_input(arguments.inputs);
  const Settings settings = model_settings(arguments.settings, arguments.worker);
  print_error(settings::ignored_fields_warning(settings, arguments.settings));
#ifndef NDEBUG
  std::fputs("inferpool-advise: a debug build: its figures are not those of a release\n", stderr);
#endif
  const Figures figures = measure(arguments, settings, input);
  const Verdict verdict = judge(figures);
  const Subject subject{.model = model_name(settings), .input = to_string(input)};
  print(arguments.json ? to_json(subject, figures, verdict) : to_text(subject, figures, verdict));
}

int run(std::span<const char* const> command_line) {
  return run_tool("inferpool-advise", kAdviseUsage, [&] {
    const AdviseArguments arguments = parse_advise_arguments(command_line);
    arguments.help ? print(advise_help()) : advise(arguments);
  });
}

}  // namespace
}  // namespace inferpool::tools

int main(int argc, char** argv) {
  if (const auto status = inferpool::tools::Probe::serve(argc, argv)) return *status;
  return inferpool::tools::run({argv + 1, static_cast<std::size_t>(std::max(argc, 1) - 1)});
}
