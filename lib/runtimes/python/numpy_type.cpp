// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/numpy_type.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace inferpool::runtimes {
namespace {

struct Type {
  Datatype datatype;
  const char* name;  // byte order, kind, bytes per element
};

constexpr std::array<Type, 12> kTypes{{{Datatype::kBool, "|b1"},
                                       {Datatype::kUint8, "|u1"},
                                       {Datatype::kUint16, "<u2"},
                                       {Datatype::kUint32, "<u4"},
                                       {Datatype::kUint64, "<u8"},
                                       {Datatype::kInt8, "|i1"},
                                       {Datatype::kInt16, "<i2"},
                                       {Datatype::kInt32, "<i4"},
                                       {Datatype::kInt64, "<i8"},
                                       {Datatype::kFp16, "<f2"},
                                       {Datatype::kFp32, "<f4"},
                                       {Datatype::kFp64, "<f8"}}};

// Text (str and bytes), objects, and the variable-width text of NumPy 2.
constexpr std::string_view kTextKinds = "USOT";

}  // namespace

const char* numpy_type(Datatype datatype) noexcept {
  const auto* const found = std::ranges::find(kTypes, datatype, &Type::datatype);
  return found == kTypes.end() ? nullptr : found->name;
}

std::optional<Datatype> datatype_of_array(const pybind11::handle& dtype) {
  const auto kind = dtype.attr("kind").cast<char>();
  if (kTextKinds.find(kind) != std::string_view::npos) return Datatype::kBytes;
  const auto size = dtype.attr("itemsize").cast<std::size_t>();
  const auto* const found = std::ranges::find_if(kTypes, [&](const Type& type) {
    return type.name[1] == kind && element_size(type.datatype) == size;
  });
  if (found == kTypes.end()) return std::nullopt;
  return found->datatype;
}

}  // namespace inferpool::runtimes
