// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtimes/onnx/onnx_fields.hpp"
#include "runtimes/onnx/wire_reader.hpp"

namespace inferpool::runtimes {

// Reads the field of a node into `node` if it is its operator, its name or the name of an output.
// False: it is another field.
template <typename AnyNode>
bool read_identity(const WireReader& reader, AnyNode& node) {
  switch (reader.field()) {
    case onnx::kNodeOutput:
      node.outputs.emplace_back(reader.bytes());
      return true;
    case onnx::kNodeName:
      node.name = reader.bytes();
      return true;
    case onnx::kNodeOp:
      node.op = reader.bytes();
      return true;
    default:
      return false;
  }
}

}  // namespace inferpool::runtimes
