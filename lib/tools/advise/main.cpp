// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <string_view>

#include "model/usable_processors.hpp"
#include "tools/advise/arguments.hpp"
#include "tools/advise/measurement.hpp"
#include "tools/advise/probe.hpp"
#include "tools/advise/report.hpp"
#include "tools/advise/verdict.hpp"
#include "tools/model_settings.hpp"

namespace inferpool::tools {
namespace {

// The exit status.
int print(const std::string& text) {
  return std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0 ? 1 : 0;
}

// What cannot be printed is dropped: fmt::print would throw.
void print_error(const std::string& text) { std::fputs(text.c_str(), stderr); }

constexpr const char* kEraseLine = "\r\x1b[K";

// One line on a terminal that is overwritten; nothing elsewhere.
class ProgressLine {
 public:
  void show(std::string_view text) const {
    if (!terminal_) return;
    print_error(fmt::format("{}{} ...", kEraseLine, text));
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
  const int cores = usable_processors();
  const Budget budget{.seconds = arguments.seconds,
                      .workers = arguments.workers.value_or(std::min(4, 2 * cores))};
  const ProgressLine line;
  Measurement measurement(settings, input, budget, [&](std::string_view text) { line.show(text); });
  return measurement.take(cores);
}

int advise(const AdviseArguments& arguments) {
  const ModelInput input = read_input(arguments.inputs);
  const Settings settings = model_settings(arguments.settings, arguments.worker);
#ifndef NDEBUG
  std::fputs("inferpool-advise: a debug build: its figures are not those of a release\n", stderr);
#endif
  const Figures figures = measure(arguments, settings, input);
  const Verdict verdict = judge(figures);
  const Subject subject{.model = settings.name.empty() ? settings.worker : settings.name,
                        .input = to_string(input)};
  const std::string report =
      arguments.json ? to_json(subject, figures, verdict) : to_text(subject, figures, verdict);
  return print(report);
}

int run(std::span<const char* const> command_line) {
  try {
    const AdviseArguments arguments = parse_advise_arguments(command_line);
    if (!arguments.help) return advise(arguments);
    return print(fmt::format("{}{}", kAdviseUsage, kAdviseHelp));
  } catch (const Usage& error) {
    print_error(fmt::format("inferpool-advise: {}\n{}", error.what(), kAdviseUsage));
    return 2;
  } catch (const std::exception& error) {
    print_error(fmt::format("inferpool-advise: {}\n", error.what()));
    return 1;
  }
}

}  // namespace
}  // namespace inferpool::tools

int main(int argc, char** argv) {
  if (const auto status = inferpool::tools::Probe::serve(argc, argv)) return *status;
  return inferpool::tools::run({argv + 1, static_cast<std::size_t>(std::max(argc, 1) - 1)});
}
