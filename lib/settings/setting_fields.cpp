// SPDX-License-Identifier: Apache-2.0
#include "settings/setting_fields.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <utility>

#include "core/byte_size.hpp"
#include "settings/duration.hpp"
#include "settings/refuse_setting.hpp"
#include "settings/setting_rules.hpp"
#include "settings/settings_memory.hpp"

namespace inferpool::settings {
namespace {

using std::chrono_literals::operator""ns;
using std::chrono_literals::operator""ms;

constexpr Duration kTenYears = std::chrono::hours(24 * 3650);

// The value of a field, or null if it is not given.
template <typename T>
const T* given(const T& value) {
  return &value;
}
template <typename T>
const T* given(const std::optional<T>& value) {
  return value ? &*value : nullptr;
}
const std::string* given(const std::string& value) { return value.empty() ? nullptr : &value; }

template <typename Access>
SettingField packed_field(std::string_view name, std::string_view path, Access access) {
  SettingField result{name, path, {}, {}, {}, {}};
  result.pack = [=](const Settings& settings, Packer& packer) {
    packer.put(std::invoke(access, settings));
  };
  result.unpack = [=](Unpacker& unpacker, Settings& settings) {
    unpacker.take(std::invoke(access, settings));
  };
  return result;
}

template <typename Access, typename Rule>
SettingField field(std::string_view name, std::string_view path, Access access, Rule rule) {
  SettingField result = packed_field(name, path, access);
  result.read = [=](const json::Value& written, Settings& settings) -> std::optional<InvalidValue> {
    const auto value = rule.read(written);
    if (!value || !rule.holds(*value))
      return InvalidValue{{}, json::write(written), rule.accepted()};
    std::invoke(access, settings) = *value;
    return std::nullopt;
  };
  result.check = [=](const Settings& settings) -> std::optional<InvalidValue> {
    const auto* value = given(std::invoke(access, settings));
    if (value == nullptr || rule.holds(*value)) return std::nullopt;
    return InvalidValue{{}, json::write(rule.write(*value)), rule.accepted()};
  };
  return result;
}

// The same for a map: the rule applies to each entry.
template <typename Access, typename Rule>
SettingField map_field(std::string_view name, std::string_view path, Access access, Rule rule) {
  SettingField result = packed_field(name, path, access);
  result.read = [=](const json::Value& written, Settings& settings) -> std::optional<InvalidValue> {
    if (written.kind != json::Value::Kind::kObject) {
      return InvalidValue{{}, json::write(written), rule.accepted()};
    }
    for (const json::Member& entry : written.members) {
      const auto value = rule.read(entry.value);
      if (!value || !rule.holds(entry.name, *value)) {
        return InvalidValue{'.' + entry.name, json::write(entry.value), rule.accepted()};
      }
      std::invoke(access, settings)[entry.name] = *value;
    }
    return std::nullopt;
  };
  result.check = [=](const Settings& settings) -> std::optional<InvalidValue> {
    for (const auto& [key, value] : std::invoke(access, settings)) {
      if (rule.holds(key, value)) continue;
      return InvalidValue{'.' + key, json::write(rule.write(value)), rule.accepted()};
    }
    return std::nullopt;
  };
  return result;
}

std::vector<SettingField> model_fields() {
  return {
      field("name", "name", &Settings::name, TextRule{.or_whole = true}),
      field("implementation", "implementation", &Settings::implementation, TextRule{}),
      field("version", "parameters.version", &Settings::version, TextRule{.or_whole = true}),
      field("uri", "parameters.uri", &Settings::uri, TextRule{}),
      field("extra", "parameters.extra", &Settings::extra, ObjectTextRule{}),
      field("folder", "pool.folder", &Settings::folder, TextRule{}),
      field("environment_path", "parameters.environment_path", &Settings::environment_path,
            TextRule{}),
  };
}

std::vector<SettingField> capacity_fields() {
  return {
      field("workers", "parallel_workers", &Settings::workers, kWorkersRule),
      field("concurrency", "pool.concurrency", &Settings::concurrency, WholeRule{1, 32}),
      field("max_queue_size", "pool.max_queue_size", &Settings::max_queue_size,
            WholeRule{0, 1'000'000}),
      field("shared_memory_limit", "pool.shared_memory_limit", &Settings::shared_memory_limit,
            ByteSizeRule{core::kMiB, kMostSharedMemory}),
      field("max_payload", "pool.max_payload", &Settings::max_payload,
            ByteSizeRule{1, kMostSharedMemory}),
      field("copy_outputs", "pool.copy_outputs", &Settings::copy_outputs, FlagRule{}),
  };
}

SettingField backoff_limit(const DurationRule& rule) {
  SettingField result = field(
      "restart_backoff.limit", "pool.restart_backoff.limit",
      [](auto& s) -> auto& { return s.restart_backoff.limit; }, rule);
  result.check = [=,
                  alone = result.check](const Settings& settings) -> std::optional<InvalidValue> {
    const auto& [first, limit, breaker] = settings.restart_backoff;
    if (auto invalid = alone(settings); invalid || limit >= first) return invalid;
    return InvalidValue{{},
                        json::write(rule.write(limit)),
                        "at least restart_backoff.first, " + print_duration(first)};
  };
  return result;
}

std::vector<SettingField> time_fields() {
  const DurationRule any{0ns, kTenYears};
  const DurationRule some{1ns, kTenYears};
  return {
      field("request_timeout", "pool.request_timeout", &Settings::request_timeout, any),
      field("cancel_grace", "pool.cancel_grace", &Settings::cancel_grace, any),
      field("hang_timeout", "pool.hang_timeout", &Settings::hang_timeout, any),
      field("startup_timeout", "pool.startup_timeout", &Settings::startup_timeout, some),
      field("drain_timeout", "pool.drain_timeout", &Settings::drain_timeout, some),
      field(
          "restart_backoff.first", "pool.restart_backoff.first",
          [](auto& s) -> auto& { return s.restart_backoff.first; }, some),
      backoff_limit(some),
      field("poison_memory", "pool.poison_memory", &Settings::poison_memory, any),
      field(
          "restart_backoff.breaker", "pool.restart_backoff.breaker",
          [](auto& s) -> auto& { return s.restart_backoff.breaker; }, WholeRule{1, 1'000'000}),
      field("spin", "pool.spin", &Settings::spin, DurationRule{0ns, 10ms}),
  };
}

std::vector<SettingField> recycling_fields() {
  return {
      field("max_requests", "pool.max_requests", &Settings::max_requests,
            WholeRule{1, 1'000'000'000}),
      field("max_worker_rss", "pool.max_worker_rss", &Settings::max_worker_rss,
            ByteSizeRule{core::kMiB, kMostSharedMemory}),
      field("max_worker_age", "pool.max_worker_age", &Settings::max_worker_age,
            DurationRule{1ns, kTenYears}),
  };
}

std::vector<SettingField> process_fields() {
  const ChoiceRule<Retry> retry{{{"never", Retry::kNever},
                                 {"if_not_started", Retry::kIfNotStarted},
                                 {"always", Retry::kAlways}}};
  const ChoiceRule<WorkerOutput::Kind> output{{{"inherit", WorkerOutput::Kind::kInherit},
                                               {"capture", WorkerOutput::Kind::kCapture},
                                               {"", WorkerOutput::Kind::kCallback}}};
  return {
      field("worker", "pool.worker", &Settings::worker, TextRule{}),
      field("retry", "pool.retry", &Settings::retry, retry),
      field("start_in_background", "pool.start_in_background", &Settings::start_in_background,
            FlagRule{}),
      field("inherit_env", "pool.inherit_env", &Settings::inherit_env, VariableNamesRule{}),
      map_field("env", "pool.env", &Settings::env, VariableRule{}),
      field("cpu_affinity", "pool.cpu_affinity", &Settings::cpu_affinity, CpuListRule{}),
      map_field("rlimits", "pool.rlimits", &Settings::rlimits, RlimitRule{}),
      field("core_dumps", "pool.core_dumps", &Settings::core_dumps, FlagRule{}),
      field("sandbox", "pool.sandbox", &Settings::sandbox, FlagRule{}),
      field("threads_per_worker", "pool.threads_per_worker", &Settings::threads_per_worker,
            WholeRule{1, 1024}),
      field(
          "worker_output", "pool.worker_output",
          [](auto& s) -> auto& { return s.worker_output.kind; }, output),
  };
}

}  // namespace

std::vector<SettingField> setting_fields() {
  std::vector<SettingField> all = model_fields();
  for (auto part : {capacity_fields(), time_fields(), recycling_fields(), process_fields()}) {
    std::move(part.begin(), part.end(), std::back_inserter(all));
  }
  return all;
}

void check_fields(const Settings& settings, std::string_view source,
                  std::string_view SettingField::*label) {
  for (const SettingField& field : setting_fields()) {
    const auto invalid = field.check(settings);
    if (!invalid) continue;
    refuse_setting(source, std::string(field.*label) + invalid->entry, invalid->written,
                   invalid->accepted);
  }
}

}  // namespace inferpool::settings
