// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnxruntime_c_api.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include <inferpool/datatype.hpp>
#include <inferpool/tensor.hpp>

// ONNX Runtime's C API: its objects with owners, its errors as NetworkError.
namespace inferpool::runtimes::ort {

// The functions of a library; throws NetworkError that names both versions where it is older than
// 1.11.
[[nodiscard]] const OrtApi& api_of(const OrtApiBase& library);

// Those of the one that is loaded; throws as api_of does.
[[nodiscard]] const OrtApi& api();

// "ONNX Runtime 1.20.1"
[[nodiscard]] std::string version();

// Takes the status; throws NetworkError with its text where it is one of failure.
void check(OrtStatus* status);

template <typename T, void (*OrtApi::*kRelease)(T*)>
struct Released {
  void operator()(T* object) const noexcept { (api().*kRelease)(object); }
};
template <typename T, void (*OrtApi::*kRelease)(T*)>
using Owned = std::unique_ptr<T, Released<T, kRelease>>;

using Env = Owned<OrtEnv, &OrtApi::ReleaseEnv>;
using SessionOptions = Owned<OrtSessionOptions, &OrtApi::ReleaseSessionOptions>;
using Session = Owned<OrtSession, &OrtApi::ReleaseSession>;
using MemoryInfo = Owned<OrtMemoryInfo, &OrtApi::ReleaseMemoryInfo>;
using Value = Owned<OrtValue, &OrtApi::ReleaseValue>;
using TensorInfo = Owned<OrtTensorTypeAndShapeInfo, &OrtApi::ReleaseTensorTypeAndShapeInfo>;

// A view of the memory as a tensor; ONNX Runtime does not write into an input's.
[[nodiscard]] Value view(const OrtMemoryInfo* memory, Datatype datatype, const Shape& shape,
                         std::span<const std::byte> bytes);

[[nodiscard]] Shape shape_of(const OrtValue* value);

}  // namespace inferpool::runtimes::ort
