// SPDX-License-Identifier: Apache-2.0
// The table. trusted_forms_test.cpp must prove a new row: it draws networks for each row and
// compares them with a reference.
#include "runtimes/onnx/trusted_forms.hpp"

#include <array>

namespace inferpool::runtimes {
namespace {

// Some operators are missing although OpenCV has them, for example: LogSoftmax and Softplus
// (infinite above 88), Floor and the like (a rounding error before them becomes a whole 1),
// InstanceNormalization (wrong for a batch over 1), Div of a constant by a value.
constexpr std::string_view kElementwise = "x:2345";

constexpr auto kForms = std::to_array<TrustedForm>({
    // Layers
    {"Conv", "x:45 c c?", "auto_pad dilations group kernel_shape pads strides"},
    {"Conv", "x:3 c c?", "auto_pad dilations group kernel_shape pads strides", "even-pads"},
    {"MaxPool", "x:45",
     "auto_pad ceil_mode=0,1 dilations kernel_shape pads storage_order=0 strides",
     "no-dilation plain-ceiling"},
    {"MaxPool", "x:3", "auto_pad dilations kernel_shape pads storage_order=0 strides",
     "no-dilation even-pads"},
    {"AveragePool", "x:45",
     "auto_pad ceil_mode=0,1 count_include_pad=0,1 kernel_shape pads strides",
     "no-dilation plain-ceiling pads-not-counted"},
    {"AveragePool", "x:3", "auto_pad count_include_pad=0,1 kernel_shape pads strides",
     "no-dilation even-pads pads-not-counted"},
    {"GlobalAveragePool", "x:34"},
    {"GlobalMaxPool", "x:34"},
    {"BatchNormalization", "x:2345 c c c c", "epsilon momentum training_mode=0"},
    {"LRN", "x:4", "alpha beta bias size", "odd-size"},
    {"Gemm", "x:2 c c?", "alpha beta transA=0 transB=0,1", "bias-of-columns"},
    {"MatMul", "x:2345 c", "", "matrix"},

    // Activations
    {"Abs", kElementwise},
    {"Celu", kElementwise, "alpha"},
    {"Clip", "x:2345 c? c?", "max min", "one-element"},
    {"Cos", kElementwise},
    {"Elu", kElementwise, "alpha"},
    {"Erf", kElementwise},
    {"Exp", kElementwise},
    {"HardSigmoid", kElementwise, "alpha beta"},
    {"HardSwish", kElementwise},
    {"LeakyRelu", kElementwise, "alpha"},
    {"Log", kElementwise},
    {"Mish", kElementwise},
    {"Neg", kElementwise},
    {"PRelu", "x:2345 c", "", "per-channel"},
    {"Reciprocal", kElementwise},
    {"Relu", kElementwise},
    {"Selu", kElementwise, "alpha gamma"},
    {"Sigmoid", kElementwise},
    {"Sin", kElementwise},
    {"Softmax", kElementwise, "axis", "one-axis"},
    {"Softsign", kElementwise},
    {"Sqrt", kElementwise},
    {"Tanh", kElementwise},

    // Arithmetic
    {"Add", "x:2345 x", "", "same-shapes"},
    {"Sub", "x:2345 x", "", "same-shapes"},
    {"Mul", "x:2345 x", "", "same-shapes"},
    {"Div", "x:2345 x", "", "same-shapes"},
    {"Max", "x:2345 x", "", "same-shapes"},
    {"Min", "x:2345 x", "", "same-shapes"},
    {"Sum", "x:2345 x", "", "same-shapes"},
    {"Add", "x:2345 c", "", "per-channel"},
    {"Add", "c x:2345", "", "per-channel"},
    {"Sub", "x:2345 c", "", "per-channel"},
    {"Sub", "c x:2345", "", "per-channel"},
    {"Mul", "x:2345 c", "", "per-channel"},
    {"Mul", "c x:2345", "", "per-channel"},
    {"Div", "x:2345 c", "", "per-channel"},

    // Shapes
    {"Concat", "x:2345 x+", "axis", "behind-batch"},
    {"Dropout", "x:2345 c?", "ratio seed"},
    {"Flatten", kElementwise, "axis=1"},
    {"Flatten", kElementwise, "axis", "", false},
    {"Identity", kElementwise},
    {"Reshape", "x:2345 i", "allowzero=0", "batch-first"},
    {"Reshape", "x:2345 i", "allowzero=0", "", false},
    {"Squeeze", "x:2345 i?", "axes", "behind-batch"},
    {"Squeeze", "x:2345 i?", "axes", "leaves-an-axis", false},
    {"Transpose", kElementwise, "perm", "behind-batch"},
    {"Transpose", kElementwise, "perm", "", false},
    {"Unsqueeze", "x:2345 i?", "axes", "behind-batch"},
    {"Unsqueeze", "x:2345 i?", "axes", "", false},

    // Parts
    {"Pad", "x:2345 i? c?", "mode=constant pads value", "one-element", false},
    {"ReduceMax", "x:2345 i?", "axes keepdims=0,1", "", false},
    {"ReduceMean", "x:2345 i?", "axes keepdims=0,1", "", false},
    {"ReduceMin", "x:2345 i?", "axes keepdims=0,1", "", false},
    {"ReduceSum", "x:2345 i?", "axes keepdims=0,1 noop_with_empty_axes=0", "", false},
    {"Slice", "x:2345 i? i? i? i?", "axes ends starts", "steps-of-one", false},
    {"Split", "x:2345 i?", "axis split", "", false},

    // Whole numbers
    {"ArgMax", kElementwise, "axis keepdims=0,1 select_last_index=0"},
    {"ArgMin", kElementwise, "axis keepdims=0,1 select_last_index=0"},
    {"Cast", "n:2345", "saturate to=1,11"},
});

}  // namespace

std::span<const TrustedForm> trusted_forms() { return kForms; }

}  // namespace inferpool::runtimes
