// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/onnx_runtime.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <vector>

#include "runtimes/onnx/network.hpp"

namespace inferpool::runtimes::ort {
namespace {

// All functions that are called here are in the table of this version, and the tables of later
// versions begin with it. So a program that was built with newer headers runs with an older
// library.
constexpr std::uint32_t kApi = 11;
static_assert(ORT_API_VERSION >= kApi, "inferpool: ONNX Runtime 1.11 or newer is needed");

ONNXTensorElementDataType element_type(Datatype datatype) {
  switch (datatype) {
    case Datatype::kBool:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL;
    case Datatype::kUint8:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8;
    case Datatype::kUint16:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16;
    case Datatype::kUint32:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32;
    case Datatype::kUint64:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64;
    case Datatype::kInt8:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8;
    case Datatype::kInt16:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16;
    case Datatype::kInt32:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;
    case Datatype::kInt64:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;
    case Datatype::kFp16:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16;
    case Datatype::kBf16:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16;
    case Datatype::kFp32:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
    case Datatype::kFp64:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE;
    case Datatype::kBytes:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING;
  }
  return ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
}

}  // namespace

const OrtApi& api_of(const OrtApiBase& library) {
  const OrtApi* const functions = library.GetApi(kApi);
  if (functions == nullptr) {
    throw NetworkError(
        fmt::format("the library that was loaded is ONNX Runtime {}; needed: 1.{} or newer "
                    "(inferpool was built with 1.{})",
                    library.GetVersionString(), kApi, ORT_API_VERSION));
  }
  return *functions;
}

const OrtApi& api() {
  static const OrtApi& functions = api_of(*OrtGetApiBase());
  return functions;
}

std::string version() {
  return std::string("ONNX Runtime ").append(OrtGetApiBase()->GetVersionString());
}

void check(OrtStatus* status) {
  if (status == nullptr) return;
  const std::string text = api().GetErrorMessage(status);
  api().ReleaseStatus(status);
  throw NetworkError(version() + ": " + text);
}

Value view(const OrtMemoryInfo* memory, Datatype datatype, const Shape& shape,
           std::span<const std::byte> bytes) {
  OrtValue* value = nullptr;
  check(api().CreateTensorWithDataAsOrtValue(memory, const_cast<std::byte*>(bytes.data()),
                                             bytes.size(), shape.dimensions().data(), shape.rank(),
                                             element_type(datatype), &value));
  return Value(value);
}

Shape shape_of(const OrtValue* value) {
  OrtTensorTypeAndShapeInfo* taken = nullptr;
  check(api().GetTensorTypeAndShape(value, &taken));
  const TensorInfo info(taken);
  std::size_t rank = 0;
  check(api().GetDimensionsCount(info.get(), &rank));
  if (rank > Shape::kMaxRank) {
    throw NetworkError(fmt::format("{} computes an output in {} dimensions; accepted: up to {}",
                                   version(), rank, Shape::kMaxRank));
  }
  std::vector<std::int64_t> sizes(rank);
  check(api().GetDimensions(info.get(), sizes.data(), rank));
  return Shape(sizes);
}

}  // namespace inferpool::runtimes::ort
