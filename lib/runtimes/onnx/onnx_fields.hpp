// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// The numbers of those fields of ONNX's messages (onnx.proto) that are read here.
namespace inferpool::runtimes::onnx {

enum ModelField : std::uint32_t { kModelGraph = 7 };

enum GraphField : std::uint32_t {
  kGraphNode = 1,
  kGraphInitializer = 5,
  kGraphInput = 11,
  kGraphOutput = 12,
};

enum NodeField : std::uint32_t { kNodeOutput = 2, kNodeName = 3, kNodeOp = 4 };

enum InitializerField : std::uint32_t { kInitializerName = 8 };

enum ValueField : std::uint32_t { kValueName = 1, kValueType = 2 };

enum TypeField : std::uint32_t {
  kTypeTensor = 1,
  kTypeSequence = 4,
  kTypeMap = 5,
  kTypeSparse = 8,
  kTypeOptional = 9,
};

enum TensorField : std::uint32_t { kTensorElement = 1, kTensorShape = 2 };

enum ShapeField : std::uint32_t { kShapeDimension = 1 };

enum DimensionField : std::uint32_t { kDimensionValue = 1, kDimensionParameter = 2 };

}  // namespace inferpool::runtimes::onnx
