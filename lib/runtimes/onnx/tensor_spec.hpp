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

// One axis of an input or output. It has a fixed size, or any size and perhaps a symbol. A symbol
// means the same size wherever it occurs in the network.
struct Dimension {
  std::optional<std::int64_t> size = {};
  std::string symbol = {};
};

// What a network says about one of its inputs or outputs.
struct TensorSpec {
  std::string name = {};
  Datatype datatype = Datatype::kFp32;
  std::optional<std::vector<Dimension>> dimensions = {};  // none: any shape
};

// The sizes that symbols have in one request.
using Symbols = std::map<std::string, std::int64_t, std::less<>>;

// Whether the spec allows the shape with these symbols; adds new symbols.
[[nodiscard]] bool fits(const TensorSpec& spec, const Shape& shape, Symbols& symbols);

// The shape of the spec if each of its dimensions is known.
[[nodiscard]] std::optional<Shape> known_shape(const TensorSpec& spec, const Symbols& symbols);

// The tensors of the request in the order of the specs; adds the symbols. Throws Error
// (invalid_argument) with the wrong name, datatype or shape and the accepted ones.
[[nodiscard]] std::vector<const Tensor*> match_inputs(std::span<const TensorSpec> specs,
                                                      const TensorList& inputs, Symbols& symbols);

// The shape of an array that OpenCV computed for the output. It is the array's own, except for
// shapes of fewer than two dimensions, which OpenCV's arrays do not have. Throws NetworkError if a
// tensor cannot have it, or if it has another number of elements than the array.
[[nodiscard]] Shape array_shape(std::span<const int> array, std::size_t elements,
                                const TensorSpec& output);

// "FP32 [n, 3, ?]"; "FP32 of any shape".
[[nodiscard]] std::string to_string(const TensorSpec& spec);

// The specs as the Open Inference Protocol's model metadata has them, as JSON: -1 is any size.
[[nodiscard]] std::string to_json(std::span<const TensorSpec> specs);

}  // namespace inferpool::runtimes
