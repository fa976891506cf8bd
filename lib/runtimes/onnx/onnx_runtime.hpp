// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnxruntime_c_api.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include <inferpool/datatype.hpp>
#include <inferpool/tensor.hpp>

// ONNX Runtime's C API: owners for its objects, NetworkError for its errors.
namespace inferpool::runtimes::ort {

// The functions of a library. Throws NetworkError that names both versions if it is older than
// 1.11.
[[nodiscard]] const OrtApi& api_of(const OrtApiBase& library);

// The functions of the loaded library; throws as api_of does.
[[nodiscard]] const OrtApi& api();

// "ONNX Runtime 1.20.1"
[[nodiscard]] std::string version();

// Takes the status; throws NetworkError with its text if it is a failure.
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

// A view of the memory as a tensor. ONNX Runtime does not write into the memory of an input.
[[nodiscard]] Value view(const OrtMemoryInfo* memory, Datatype datatype, const Shape& shape,
                         std::span<const std::byte> bytes);

[[nodiscard]] Shape shape_of(const OrtValue* value);

}  // namespace inferpool::runtimes::ort
