// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <inferpool/tensor.hpp>

namespace inferpool::test {

// The tensor in a TensorProto message, of any datatype of the protocol, in any form in which such a
// message holds its elements. Throws std::runtime_error for any other message.
Tensor tensor_of(std::string_view message);

}  // namespace inferpool::test
