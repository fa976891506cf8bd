// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include <inferpool/datatype.hpp>

namespace inferpool::tools {

// The first bytes of a .npy file.
inline constexpr std::string_view kNpyMagic = "\x93NUMPY";

// The datatypes that .npy files can hold, under NumPy's names without the byte order.
inline constexpr std::array<std::pair<std::string_view, Datatype>, 12> kNpyTypes{
    {{"b1", Datatype::kBool},
     {"u1", Datatype::kUint8},
     {"u2", Datatype::kUint16},
     {"u4", Datatype::kUint32},
     {"u8", Datatype::kUint64},
     {"i1", Datatype::kInt8},
     {"i2", Datatype::kInt16},
     {"i4", Datatype::kInt32},
     {"i8", Datatype::kInt64},
     {"f2", Datatype::kFp16},
     {"f4", Datatype::kFp32},
     {"f8", Datatype::kFp64}}};

}  // namespace inferpool::tools
