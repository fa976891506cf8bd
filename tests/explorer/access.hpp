// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "explorer/memory.hpp"

namespace inferpool::explorer {

// A position in the source. As a default argument it is the position of the call.
struct Where {
  constexpr Where(const char* called_in = __builtin_FILE(),
                  const char* called_by = __builtin_FUNCTION()) noexcept
      : file(called_in), function(called_by) {}
  const char* file;
  const char* function;
};

enum class Operation : std::uint8_t { kLoad, kStore, kChange, kWake };

// What the code does to a shared word at one position, with the memory order that it states.
struct Access {
  std::string name;  // "host_ring post: changes posted, seq_cst"
  Operation operation;
  Order stated;
  Order order;            // the order in this exploration
  bool left_out = false;  // a wake that is not done
};

// Makes one access weaker than the code states, to see which scene notices. Without an order it
// leaves out a wake.
struct Weakening {
  std::string access;
  std::optional<Order> order;
};

[[nodiscard]] std::string name_of(Order order);
// All ways to make an access weaker by one step.
[[nodiscard]] std::vector<Weakening> weakenings_of(const Access& access);
[[nodiscard]] std::string name_of(const Weakening& weakening);

// All accesses that the runs of a scene have made.
class Accesses {
 public:
  explicit Accesses(std::vector<Weakening> weakenings) : weakenings_(std::move(weakenings)) {}

  // `word` returns the name of the word that is accessed. It is called once per access.
  template <typename NameOfWord>
  const Access& of(Where where, Operation operation, Order order, std::uint32_t cell,
                   const NameOfWord& word) {
    const Key key{where.file, where.function, operation, order, cell};
    const auto found = known_.find(key);
    return found != known_.end() ? found->second : add(key, word());
  }
  [[nodiscard]] std::vector<Access> all() const;

 private:
  struct Key {
    const char* file;
    const char* function;
    Operation operation;
    Order order;
    std::uint32_t cell;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept {
      return reinterpret_cast<std::uintptr_t>(key.function) * 31 + key.cell * 64 +
             static_cast<std::size_t>(key.operation) * 8 + static_cast<std::size_t>(key.order);
    }
  };
  const Access& add(const Key& key, const std::string& word);

  std::vector<Weakening> weakenings_;
  std::unordered_map<Key, Access, Hash> known_;
};

}  // namespace inferpool::explorer
