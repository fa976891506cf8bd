// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "core/format.hpp"
#include "settings/ignored_fields.hpp"
#include "system/usable_processors.hpp"
#include "tools/advise/arguments.hpp"
#include "tools/advise/chart.hpp"
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

void write_file(const std::string& path, const std::string& text) {
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file) return;
  throw std::runtime_error(core::formatted(
      "{} cannot be written: {}", path, std::generic_category().message(errno == 0 ? EIO : errno)));
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
  if (!arguments.svg.empty()) write_file(arguments.svg, to_svg(subject, figures));
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
