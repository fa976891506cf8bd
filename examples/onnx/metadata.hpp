// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <inferpool/pool.hpp>

// What a network says about one of its inputs or outputs.
struct Port {
  std::string name;
  inferpool::Datatype datatype;
  std::optional<std::vector<std::int64_t>> shape;  // -1: any size; none: any shape
};

struct Metadata {
  std::string platform;  // the library that computes the network
  std::vector<Port> inputs;
  std::vector<Port> outputs;
};

// Asks the pool; its worker must be inferpool-onnx.
Metadata ask_metadata(inferpool::Pool<>& pool);

// "image FP32 [-1, 1, 8, 8]"
std::string to_string(const Port& port);
