// SPDX-License-Identifier: Apache-2.0
// Recognises handwritten digits in worker processes, kills one of them, and shows what that costs.
// See README.md.

#include <signal.h>

#include <atomic>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include <inferpool/settings.hpp>

#include "held_out.hpp"
#include "load.hpp"
#include "report.hpp"

namespace {

constexpr const char* kUsage =
    "Usage: digits [--workers N] [--settings FILE] [--no-kill]\n"
    "Recognises handwritten digits in worker processes and compares that with this process.\n"
    "  --workers N      so many workers, whatever the settings say; 0: in this process\n"
    "  --settings FILE  instead of the model-settings.json beside this program\n"
    "  --no-kill        kill no worker midway\n"
    "Exit status: 0; 1 if an answer is lost, differs or under 95 % are right; 2 for wrong usage;\n"
    "128 + the signal if SIGINT or SIGTERM stopped it.\n";

constexpr double kLeastAccuracy = 0.95;

struct Usage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Options {
  std::filesystem::path settings = {};
  std::optional<int> workers = {};
  bool kill = true;
  bool help = false;
};

int parse_workers(std::string_view text) {
  int workers = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), workers);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw Usage(std::string("--workers takes a whole number, not \"").append(text).append(1, '"'));
  }
  return workers;
}

Options parse(std::span<char* const> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const auto value = [&]() -> std::string_view {
      if (++i == arguments.size()) throw Usage(std::string(argument) + " needs a value");
      return arguments[i];
    };
    if (argument == "--workers") {
      options.workers = parse_workers(value());
    } else if (argument == "--settings") {
      options.settings = value();
    } else if (argument == "--no-kill") {
      options.kill = false;
    } else if (argument == "--help") {
      options.help = true;
    } else {
      throw Usage(std::string("unknown argument \"").append(argument).append(1, '"'));
    }
  }
  return options;
}

std::atomic<int> stop_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler stores to it");

// inferpool leaves signals to its host. A second signal ends the program at once.
void catch_stop_signals() {
  struct sigaction action = {};
  action.sa_handler = [](int signal) { stop_signal = signal; };
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

int interrupted(const Outcome& outcome) {
  print_interrupted(stop_signal, outcome);
  return 128 + stop_signal;
}

int run(const Options& options) {
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const auto images = read_held_out(folder / "held_out.csv");
  auto settings = inferpool::Settings::from_file(
      options.settings.empty() ? folder / "model-settings.json" : options.settings);
  if (options.workers) settings.workers = options.workers;

  const Plan plan{.callers = 4, .rounds = 100, .kill_a_worker = options.kill};
  print_head(settings, plan, images.size());
  const Outcome pool = carry_out(plan, settings, images, stop_signal);
  print_workers(pool);
  if (stop_signal != 0) return interrupted(pool);

  settings.workers = 0;
  const Outcome in_process = carry_out(plan, settings, images, stop_signal);
  if (stop_signal != 0) return interrupted(in_process);
  const Comparison both = compare(pool, in_process, images.size());
  print_comparison(pool, in_process, both, images);
  print_mistake(pool, images);

  const bool accurate = static_cast<double>(count_right(pool, images)) >=
                        kLeastAccuracy * static_cast<double>(images.size());
  return accurate && both.identical == both.images && pool.lost + in_process.lost == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Options options = parse(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
    if (options.help) return std::fputs(kUsage, stdout) < 0 ? 1 : 0;
    catch_stop_signals();
    return run(options);
  } catch (const Usage& error) {
    std::fprintf(stderr, "digits: %s\n%s", error.what(), kUsage);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "digits: %s\n", error.what());
    return 1;
  }
}
