// SPDX-License-Identifier: Apache-2.0
#include "settings/setting_places.hpp"

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
    "outputs",  // metadata, served by MLServer itself
    "max_batch_size",
    "max_batch_time",                              // adaptive batching: not done here
    "warm_workers",                                // workers always start with the pool
    "cache_enabled",                               // answers are not cached
    "parameters.format",                           // which of its formats a runtime shall expect
    "parameters.content_type",                     // tensors have their type
    "parameters.environment_tarball",              // of what environment_path names
    "parameters.inference_pool_gid",               // each model has a pool of its own already
    "parameters.autogenerate_inference_pool_gid",  // the same
};

std::string_view last_part(std::string_view place) { return place.substr(place.rfind('.') + 1); }

std::string_view parent(std::string_view place) {
  return place.substr(0, place.size() - last_part(place).size());
}

// How unlikely it is that `known` was meant. A field in another object, and one that bears this
// name in Settings, come after one that is as close in the same object.
std::size_t remoteness(std::string_view unknown, std::string_view known, std::string_view name) {
  const std::string_view wrong = last_part(unknown);
  const std::string_view right = last_part(known);
  const bool part = wrong.size() > 2 && (right.starts_with(wrong) || wrong.starts_with(right));
  const std::size_t distance = part && wrong != right ? 1 : edit_distance(wrong, right);
  const std::size_t elsewhere = parent(unknown) == parent(known) ? 0 : 1;
  return std::min(2 * distance + elsewhere, 2 * edit_distance(wrong, name) + 1);
}

struct Neighbour {
  std::string_view place = {};
  std::size_t remoteness = std::numeric_limits<std::size_t>::max();
};

Neighbour nearest(std::string_view unknown, const std::vector<SettingField>& fields) {
  Neighbour nearest;
  const auto consider = [&](std::string_view known, std::string_view name) {
    const std::size_t distance = remoteness(unknown, known, name);
    if (distance < nearest.remoteness) nearest = {known, distance};
  };
  for (const SettingField& field : fields) {
    consider(field.place, field.name);
    for (std::string_view group = field.place; !group.empty();) {
      group = parent(group);
      if (!group.empty()) group.remove_suffix(1);
      if (!group.empty()) consider(group, group);
    }
  }
  for (const std::string_view ignored : kIgnored) consider(ignored, ignored);
  return nearest;
}

}  // namespace

bool is_ignored_place(std::string_view place) {
  return std::find(kIgnored.begin(), kIgnored.end(), place) != kIgnored.end();
}

bool is_pool_place(std::string_view place) { return place == "pool" || place.starts_with("pool."); }

bool may_be_empty(std::string_view place) {
  return std::find(kMayBeEmpty.begin(), kMayBeEmpty.end(), place) != kMayBeEmpty.end();
}

bool is_group(std::string_view place, const std::vector<SettingField>& fields) {
  return std::any_of(fields.begin(), fields.end(), [place](const SettingField& field) {
    return field.place.size() > place.size() && field.place.starts_with(place) &&
           field.place[place.size()] == '.';
  });
}

std::string_view nearest_place(std::string_view unknown, const std::vector<SettingField>& fields) {
  return nearest(unknown, fields).place;
}

std::string_view likely_place(std::string_view unknown, const std::vector<SettingField>& fields) {
  // Half of its letters may be wrong, and the object around it.
  const auto [place, remoteness] = nearest(unknown, fields);
  const std::size_t most = 2 * (last_part(unknown).size() / 2) + 1;
  return remoteness <= most ? place : std::string_view();
}

}  // namespace inferpool::settings
