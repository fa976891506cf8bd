// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <inferpool/tensor.hpp>

namespace inferpool::test {

// The tensor of a message TensorProto, of any datatype of the protocol, in any of the forms in
// which such a message holds its elements. Throws std::runtime_error for what is none.
Tensor tensor_of(std::string_view message);

}  // namespace inferpool::test
