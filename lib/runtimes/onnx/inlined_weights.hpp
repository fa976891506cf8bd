// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "runtimes/onnx/weight_files.hpp"

namespace inferpool::runtimes {

// Turns a network whose weights are in files beside it into one whose weights are inside. So a
// backend opens no file by itself, and later changes of the files do not affect its copy.
class InlinedWeights {
 public:
  // Reads the ONNX file's bytes, which outlive this, and checks the files that they name. Throws
  // NetworkError as WeightFiles does, and for messages that are nested more than 100 deep, which no
  // library reads.
  InlinedWeights(std::string_view bytes, const std::filesystem::path& file);

  // False if all weights are inside already.
  [[nodiscard]] bool any() const noexcept { return !sizes_.empty(); }
  // The size of bytes().
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  // An ONNX file with the same network and all weights. Throws NetworkError.
  [[nodiscard]] std::string bytes() const;

 private:
  enum class Kind { kModel, kGraph, kNode, kAttribute, kSparse, kFunction, kTensor, kOther };

  [[nodiscard]] static Kind kind_of(Kind message, std::uint32_t field) noexcept;
  // The new size of the message; none if it does not change.
  std::optional<std::uint64_t> measure(std::string_view message, Kind kind, int depth);
  std::optional<std::uint64_t> measure_tensor(std::string_view message);
  void write(std::string_view message, Kind kind, std::string& to) const;
  void write_tensor(std::string_view message, std::string& to) const;

  WeightFiles files_;
  std::string_view bytes_;
  std::map<const char*, std::uint64_t> sizes_;  // of the messages that change, by their first byte
  std::uint64_t size_ = 0;
};

}  // namespace inferpool::runtimes
