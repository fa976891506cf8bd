// SPDX-License-Identifier: Apache-2.0
#include "settings/setting_paths.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "settings/edit_distance.hpp"

namespace inferpool::settings {
namespace {

constexpr std::array<std::string_view, 4> kMayBeEmpty = {
    "name", "parameters.uri", "parameters.version", "parameters.environment_path"};

constexpr std::array<std::string_view, 13> kIgnored = {
    "platform",
    "versions",
    "inputs",
    "outputs",  // metadata, which MLServer itself serves
    "max_batch_size",
    "max_batch_time",                              // adaptive batching: not done here
    "warm_workers",                                // workers always start with the pool
    "cache_enabled",                               // answers are not cached
    "parameters.format",                           // which of its formats a runtime expects
    "parameters.content_type",                     // tensors have their type
    "parameters.environment_tarball",              // tarball of the environment in environment_path
    "parameters.inference_pool_gid",               // each model has its own pool already
    "parameters.autogenerate_inference_pool_gid",  // the same
};

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('.') + 1); }

std::string_view parent(std::string_view path) {
  return path.substr(0, path.size() - last_part(path).size());
}

// How unlikely it is that `known` was meant. With the same edit distance, a field in the same
// object is closer than one in another object, or one that has this name in Settings.
std::size_t remoteness(std::string_view unknown, std::string_view known, std::string_view name) {
  const std::string_view wrong = last_part(unknown);
  const std::string_view right = last_part(known);
  const bool part = wrong.size() > 2 && (right.starts_with(wrong) || wrong.starts_with(right));
  const std::size_t distance = part && wrong != right ? 1 : edit_distance(wrong, right);
  const std::size_t elsewhere = parent(unknown) == parent(known) ? 0 : 1;
  return std::min(2 * distance + elsewhere, 2 * edit_distance(wrong, name) + 1);
}

struct Neighbour {
  std::string_view path = {};
  std::size_t remoteness = std::numeric_limits<std::size_t>::max();
};

Neighbour nearest(std::string_view unknown, const std::vector<SettingField>& fields) {
  Neighbour nearest;
  const auto consider = [&](std::string_view known, std::string_view name) {
    const std::size_t distance = remoteness(unknown, known, name);
    if (distance < nearest.remoteness) nearest = {known, distance};
  };
  for (const SettingField& field : fields) {
    consider(field.path, field.name);
    for (std::string_view group = field.path; !group.empty();) {
      group = parent(group);
      if (!group.empty()) group.remove_suffix(1);
      if (!group.empty()) consider(group, group);
    }
  }
  for (const std::string_view ignored : kIgnored) consider(ignored, ignored);
  return nearest;
}

}  // namespace

bool is_ignored_path(std::string_view path) {
  return std::find(kIgnored.begin(), kIgnored.end(), path) != kIgnored.end();
}

bool is_pool_path(std::string_view path) { return path == "pool" || path.starts_with("pool."); }

bool may_be_empty(std::string_view path) {
  return std::find(kMayBeEmpty.begin(), kMayBeEmpty.end(), path) != kMayBeEmpty.end();
}

bool is_group(std::string_view path, const std::vector<SettingField>& fields) {
  return std::any_of(fields.begin(), fields.end(), [path](const SettingField& field) {
    return field.path.size() > path.size() && field.path.starts_with(path) &&
           field.path[path.size()] == '.';
  });
}

std::string_view nearest_path(std::string_view unknown, const std::vector<SettingField>& fields) {
  return nearest(unknown, fields).path;
}

std::string_view likely_path(std::string_view unknown, const std::vector<SettingField>& fields) {
  // Half of its letters, and the object around it, may be wrong.
  const auto [path, remoteness] = nearest(unknown, fields);
  const std::size_t most = 2 * (last_part(unknown).size() / 2) + 1;
  return remoteness <= most ? path : std::string_view();
}

}  // namespace inferpool::settings
