// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/backend.hpp"
#include "runtimes/onnx/backend_stamp.hpp"
#include "runtimes/onnx/onnx_runtime_network.hpp"

// The module inferpool-onnx-onnxruntime.so.
const inferpool::runtimes::Backend inferpool_onnx_backend{
    .stamp = inferpool::runtimes::kBackendStamp,
    .open = inferpool::runtimes::open_onnx_runtime_network};
