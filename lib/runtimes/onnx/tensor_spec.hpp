// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <inferpool/datatype.hpp>
#include <inferpool/message.hpp>
#include <inferpool/shape.hpp>

namespace inferpool::runtimes {

// One axis of an input or output: of a fixed size, or of any, then perhaps with a symbol, which
// stands for the same size wherever it occurs in the network.
struct Dimension {
  std::optional<std::int64_t> size = {};
  std::string symbol = {};
};

// What a network says of one of its inputs or outputs.
struct TensorSpec {
  std::string name = {};
  Datatype datatype = Datatype::kFp32;
  std::optional<std::vector<Dimension>> dimensions = {};  // none: any shape
};

// The sizes that symbols have in one request.
using Symbols = std::map<std::string, std::int64_t, std::less<>>;

// Whether the shape is one that the spec allows with these symbols; adds those that are new.
[[nodiscard]] bool fits(const TensorSpec& spec, const Shape& shape, Symbols& symbols);

// The shape of the spec where each of its dimensions is known.
[[nodiscard]] std::optional<Shape> known_shape(const TensorSpec& spec, const Symbols& symbols);

// The tensors of the request in the order of the specs. Throws Error (invalid_argument) with the
// name, datatype or shape that is wrong and those that are right; adds the symbols.
[[nodiscard]] std::vector<const Tensor*> match(std::span<const TensorSpec> specs,
                                               const TensorList& inputs, Symbols& symbols);

// The shape of an array that OpenCV computed for the output: its own, but that OpenCV has no array
// of fewer than two dimensions. Throws NetworkError where that is no tensor's shape, or has not as
// many elements as the array.
[[nodiscard]] Shape array_shape(std::span<const int> array, std::size_t elements,
                                const TensorSpec& output);

// "FP32 [n, 3, ?]"; "FP32 of any shape".
[[nodiscard]] std::string to_string(const TensorSpec& spec);

// The specs as the Open Inference Protocol's model metadata has them, as JSON: -1 is any size.
[[nodiscard]] std::string to_json(std::span<const TensorSpec> specs);

}  // namespace inferpool::runtimes
