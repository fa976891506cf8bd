// SPDX-License-Identifier: Apache-2.0
// Values as bytes, for a reader of the same build on the same machine: text may have any bytes, and
// numbers are exact.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <inferpool/settings.hpp>

namespace inferpool::settings {

// Appends values to `bytes`.
class Packer {
 public:
  explicit Packer(std::string& bytes) noexcept : bytes_(bytes) {}

  template <typename T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void put(T value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value)); }
  void put(Duration value) { put(value.count()); }
  void put(const std::string& text) {
    put(std::uint64_t{text.size()});
    bytes_ += text;
  }
  template <typename T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <typename T>
  void put(const std::vector<T>& values) {
    put(std::uint64_t{values.size()});
    for (const T& value : values) put(value);
  }
  template <typename Key, typename T>
  void put(const std::map<Key, T>& values) {
    put(std::uint64_t{values.size()});
    for (const auto& [key, value] : values) {
      put(key);
      put(value);
    }
  }

 private:
  std::string& bytes_;
};

// Reads them back, in the same order. Throws std::runtime_error if bytes are missing.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) noexcept : rest_(bytes) {}

  template <typename T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void take(T& value) { std::memcpy(&value, next(sizeof(value)).data(), sizeof(value)); }
  void take(Duration& value) { value = Duration(number<Duration::rep>()); }
  void take(std::string& text) { text = next(number<std::uint64_t>()); }
  template <typename T>
  void take(std::optional<T>& value) {
    value.reset();
    if (number<std::uint8_t>() != 0) take(value.emplace());
  }
  template <typename T>
  void take(std::vector<T>& values) {
    values.clear();
    for (auto left = number<std::uint64_t>(); left > 0; --left) take(values.emplace_back());
  }
  template <typename Key, typename T>
  void take(std::map<Key, T>& values) {
    values.clear();
    for (auto left = number<std::uint64_t>(); left > 0; --left) {
      Key key;
      take(key);
      take(values[key]);
    }
  }

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

 private:
  template <typename T>
  T number() {
    T value{};
    take(value);
    return value;
  }

  std::string_view next(std::uint64_t size) {
    if (size > rest_.size()) throw std::runtime_error("packed values end too early");
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

  std::string_view rest_;
};

}  // namespace inferpool::settings
