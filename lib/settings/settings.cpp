// SPDX-License-Identifier: Apache-2.0
#include <strings.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <inferpool/settings.hpp>

#include "core/format.hpp"
#include "settings/cpu_list.hpp"
#include "settings/json_value.hpp"
#include "settings/refuse_setting.hpp"
#include "settings/setting_fields.hpp"
#include "settings/setting_rules.hpp"
#include "settings/settings_memory.hpp"
#include "settings/worker_index.hpp"

namespace inferpool::detail {
namespace {

struct Variable {
  std::string_view name;
  std::string_view value;
};

// The variable in the environment, in any case; the exact spelling comes first.
std::optional<Variable> find_variable(const std::string& name) {
  std::optional<Variable> found;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view entry = *each;
    const std::size_t equals = entry.find('=');
    if (equals != name.size() || strncasecmp(*each, name.data(), equals) != 0) continue;
    const Variable variable{entry.substr(0, equals), entry.substr(equals + 1)};
    if (variable.name == name) return variable;
    if (!found) found = variable;
  }
  return found;
}

void check_worker(const Settings& settings, std::string_view source) {
  if (!settings.worker.empty() || settings.workers.value_or(settings::kDefaultWorkers) == 0) return;
  settings::refuse_setting(source, "worker", "empty",
                           "the path or the name of a worker executable, or workers = 0");
}

// The rule of the field has checked the list of worker 0.
void check_affinity(const Settings& settings, std::string_view source) {
  for (int index = 1; index < settings.workers.value_or(settings::kDefaultWorkers); ++index) {
    const std::string list = settings::with_worker_index(settings.cpu_affinity, index);
    if (list == settings.cpu_affinity || settings::parse_cpu_list(list)) continue;
    settings::refuse_setting(
        source, "cpu_affinity",
        core::formatted("\"{}\" for worker {} (it is \"{}\")", list, index, settings.cpu_affinity),
        settings::CpuListRule().accepted());
  }
}

void check_callback(const Settings& settings, std::string_view source) {
  const WorkerOutput& output = settings.worker_output;
  if (output.kind != WorkerOutput::Kind::kCallback || output.callback) return;
  settings::refuse_setting(source, "worker_output.callback", "empty",
                           "a function, as worker_output.kind is kCallback");
}

void check_memory(const Settings& settings, std::string_view source) {
  const int workers = settings.workers.value_or(settings::kDefaultWorkers);
  const std::uint64_t least = settings::least_shared_memory(workers);
  if (settings.shared_memory_limit.value_or(least) >= least) return;
  settings::refuse_setting(
      source, "shared_memory_limit", std::to_string(*settings.shared_memory_limit),
      core::formatted("at least {} bytes: 1 MiB, and 1 MiB for each of {} workers", least,
                      workers));
}

}  // namespace

void validate(const Settings& settings, std::string_view source) {
  settings::check_fields(settings, source, &settings::SettingField::name);
  check_worker(settings, source);
  check_affinity(settings, source);
  check_callback(settings, source);
  check_memory(settings, source);
}

void resolve_workers(Settings& settings) {
  if (settings.workers) return;
  const auto variable = find_variable("MLSERVER_MODEL_PARALLEL_WORKERS");
  if (!variable) {
    settings.workers = settings::kDefaultWorkers;
    return;
  }
  const auto workers = settings::parse_whole(variable->value);
  if (!workers || !settings::kWorkersRule.holds(*workers)) {
    settings::refuse_setting(core::formatted("environment variable {}", variable->name),
                             "parallel_workers",
                             settings::json::write(settings::json::make_text(variable->value)),
                             settings::kWorkersRule.accepted());
  }
  settings.workers = workers;
}

}  // namespace inferpool::detail
