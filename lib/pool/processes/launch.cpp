// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/launch.hpp"

#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <string_view>

#include "core/format.hpp"
#include "settings/cpu_list.hpp"
#include "settings/worker_index.hpp"
#include "system/usable_processors.hpp"

namespace inferpool::pool::processes {
namespace {

// The common numeric libraries read their number of threads from these.
constexpr std::array kThreadVariables{"OMP_NUM_THREADS",     "OPENBLAS_NUM_THREADS",
                                      "MKL_NUM_THREADS",     "BLIS_NUM_THREADS",
                                      "NUMEXPR_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"};

std::vector<std::string> make_environment(const Settings& settings,
                                          const Surroundings& surroundings, int index) {
  std::map<std::string, std::string> variables;
  const auto& names = settings.inherit_env;
  for (const auto& variable : surroundings.environment) {
    if (!names || std::find(names->begin(), names->end(), variable.first) != names->end())
      variables.insert(variable);
  }
  const int threads = settings.threads_per_worker.value_or(
      std::max(1, surroundings.processors / std::max(1, *settings.workers)));
  for (const char* name : kThreadVariables) variables[name] = std::to_string(threads);
  for (const auto& [name, value] : settings.env)
    variables[name] = settings::with_worker_index(value, index);
  std::vector<std::string> result;
  for (const auto& [name, value] : variables)
    result.push_back(core::formatted("{}={}", name, value));
  return result;
}

// Empty: the worker runs where the host runs.
std::vector<int> cpus_of_worker(const Settings& settings, int index) {
  if (settings.cpu_affinity.empty()) return {};
  const std::string list = settings::with_worker_index(settings.cpu_affinity, index);
  return settings::parse_cpu_list(list).value_or(std::vector<int>());
}

std::optional<cpu_set_t> make_affinity(const Settings& settings, int index) {
  const std::vector<int> cpus = cpus_of_worker(settings, index);
  if (cpus.empty()) return std::nullopt;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) CPU_SET(static_cast<std::size_t>(cpu), &set);
  return set;
}

int rlimit_number(const std::string& name) {
  static const std::map<std::string_view, int> kNumbers{
      {"as", RLIMIT_AS},         {"core", RLIMIT_CORE},   {"cpu", RLIMIT_CPU},
      {"data", RLIMIT_DATA},     {"fsize", RLIMIT_FSIZE}, {"memlock", RLIMIT_MEMLOCK},
      {"nofile", RLIMIT_NOFILE}, {"nproc", RLIMIT_NPROC}, {"stack", RLIMIT_STACK}};
  return kNumbers.at(name);  // the names were validated with the settings
}

}  // namespace

std::vector<int> cpus_of_workers(const Settings& settings) {
  std::vector<int> all;
  for (int index = 0; index < settings.workers.value_or(0); ++index) {
    const std::vector<int> cpus = cpus_of_worker(settings, index);
    all.insert(all.end(), cpus.begin(), cpus.end());
  }
  return all;
}

int processors_of_pool(const Settings& settings) {
  return system::usable_processors_with(cpus_of_workers(settings));
}

process::Program make_program(const Settings& settings, const WorkerBinary& binary,
                              const Surroundings& surroundings, int index, int kept, int output) {
  process::Program program;
  program.executable = binary.path();
  program.image = binary.image();
  program.arguments = {core::formatted("--inferpool-attach={}", kept)};
  program.environment = make_environment(settings, surroundings, index);
  program.folder = surroundings.folder.get();
  program.file_mask = surroundings.file_mask;
  program.kept = kept;
  program.output = output;
  program.ignored_signals = {SIGINT, SIGTERM, SIGHUP};  // see worker::defer_to_host
  program.affinity = make_affinity(settings, index);
  for (const auto& [name, value] : settings.rlimits)
    program.rlimits.emplace_back(rlimit_number(name), value);
  if (!settings.core_dumps) program.rlimits.emplace_back(RLIMIT_CORE, 0);
  return program;
}

ipc::MemoryFile settings_file(std::string_view bytes) {
  ipc::MemoryFile file = ipc::MemoryFile::create("inferpool-settings", bytes.size());
  const ipc::Mapping mapping(file, ipc::Access::kReadWrite);
  std::memcpy(mapping.data(), bytes.data(), bytes.size());
  return file;
}

}  // namespace inferpool::pool::processes
