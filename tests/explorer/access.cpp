// SPDX-License-Identifier: Apache-2.0
#include "explorer/access.hpp"

#include <array>
#include <map>
#include <string_view>

namespace inferpool::explorer {
namespace {

constexpr std::array<const char*, 4> kVerbs{"loads", "stores", "changes", "wakes"};

// "lib/ipc/host_ring_body.hpp" -> "host_ring"
std::string unit_of(std::string_view file) {
  file = file.substr(file.rfind('/') + 1);
  file = file.substr(0, file.find('.'));
  if (file.ends_with("_body")) file.remove_suffix(5);
  return std::string(file);
}

std::string function_of(std::string_view function) {
  return function == "operator()" ? "(a lambda)" : std::string(function);
}

}  // namespace

std::string name_of(Order order) {
  switch (order) {
    case Order::relaxed:
      return "relaxed";
    case Order::acquire:
      return "acquire";
    case Order::release:
      return "release";
    case Order::acq_rel:
      return "acq_rel";
    default:
      return "seq_cst";
  }
}

std::vector<Weakening> weakenings_of(const Access& access) {
  if (access.operation == Operation::kWake) return {{access.name, std::nullopt}};
  switch (access.stated) {
    case Order::seq_cst:
      if (access.operation == Operation::kLoad) return {{access.name, Order::acquire}};
      if (access.operation == Operation::kStore) return {{access.name, Order::release}};
      return {{access.name, Order::acq_rel}};
    case Order::acq_rel:
      return {{access.name, Order::acquire}, {access.name, Order::release}};
    case Order::acquire:
    case Order::release:
      return {{access.name, Order::relaxed}};
    default:
      return {};
  }
}

std::string name_of(const Weakening& weakening) {
  return weakening.access + (weakening.order ? " -> " + name_of(*weakening.order) : " -> left out");
}

const Access& Accesses::add(const Key& key, const std::string& word) {
  const auto& [file, function, operation, order, cell] = key;
  std::string name = unit_of(file) + " " + function_of(function) + ": " +
                     kVerbs[static_cast<std::size_t>(operation)] + " " + word;
  if (operation != Operation::kWake) name += ", " + name_of(order);
  Access access{std::move(name), operation, order, order};
  for (const Weakening& weakening : weakenings_) {
    if (weakening.access != access.name) continue;
    access.order = weakening.order.value_or(order);
    access.left_out = !weakening.order;
  }
  return known_.emplace(key, std::move(access)).first->second;
}

std::vector<Access> Accesses::all() const {
  std::map<std::string, Access> by_name;  // the same word of each slot has one name
  for (const auto& [key, access] : known_) by_name.emplace(access.name, access);
  std::vector<Access> all;
  for (auto& [name, access] : by_name) all.push_back(access);
  return all;
}

}  // namespace inferpool::explorer
