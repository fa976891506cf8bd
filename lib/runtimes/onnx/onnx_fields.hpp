// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// The numbers of the fields of ONNX's messages (onnx.proto) that are read here.
namespace inferpool::runtimes::onnx {

enum ModelField : std::uint32_t {
  kModelVersion = 1,  // of ONNX's format
  kModelGraph = 7,
  kModelOpset = 8,
  kModelMetadata = 14,
  kModelTraining = 20,
  kModelFunctions = 25,
};

enum OpsetField : std::uint32_t { kOpsetDomain = 1, kOpsetVersion = 2 };

enum GraphField : std::uint32_t {
  kGraphNode = 1,
  kGraphName = 2,
  kGraphInitializer = 5,
  kGraphDoc = 10,
  kGraphInput = 11,
  kGraphOutput = 12,
  kGraphValue = 13,  // the shape of an intermediate value
  kGraphSparse = 15,
  kGraphMetadata = 16,
};

enum NodeField : std::uint32_t {
  kNodeInput = 1,
  kNodeOutput = 2,
  kNodeName = 3,
  kNodeOp = 4,
  kNodeAttribute = 5,
  kNodeDoc = 6,
  kNodeDomain = 7,
  kNodeMetadata = 9,
};

enum AttributeField : std::uint32_t {
  kAttributeName = 1,
  kAttributeFloat = 2,
  kAttributeInt = 3,
  kAttributeText = 4,
  kAttributeTensor = 5,
  kAttributeGraph = 6,
  kAttributeFloats = 7,
  kAttributeInts = 8,
  kAttributeGraphs = 11,
  kAttributeDoc = 13,
  kAttributeType = 20,
};

enum InitializerField : std::uint32_t { kInitializerName = 8 };

// TensorProto
enum StoredField : std::uint32_t {
  kStoredDims = 1,
  kStoredType = 2,
  kStoredFloats = 4,
  kStoredInt32s = 5,
  kStoredInt64s = 7,
  kStoredName = 8,
  kStoredRaw = 9,
  kStoredDoubles = 10,
  kStoredDoc = 12,
  kStoredExternal = 13,
  kStoredLocation = 14,
  kStoredMetadata = 16,
};

// StringStringEntryProto
enum EntryField : std::uint32_t { kEntryKey = 1, kEntryValue = 2 };

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
