#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the networks *.onnx of the tests, and references.hpp, which NumPy computes from the weights.

Needs Debian's python3-onnx; the tests need the files alone:

    /usr/bin/python3 make.py
"""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto, checker, helper, numpy_helper

FOLDER = pathlib.Path(__file__).resolve().parent
FP32, FP64, FP16 = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16
INT64, BOOL, STRING = TensorProto.INT64, TensorProto.BOOL, TensorProto.STRING

node = helper.make_node


def value(name, datatype, *dimensions):
    return helper.make_tensor_value_info(name, datatype, dimensions)


def constant(name, array):
    return numpy_helper.from_array(np.asarray(array), name)


def write(name, nodes, inputs, outputs, constants=(), ir_version=7, opset=13, checked=True):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(constants))
    model = helper.make_model(graph, producer_name="inferpool", opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = ir_version
    if checked:
        checker.check_model(model)
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())


def softmax(x):
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def convolution():
    """image [n, 1, 6, 6] -> scores [n, 4]; returns images and their scores, computed in float64."""
    random = np.random.RandomState(7)
    filters = random.uniform(-1, 1, (3, 1, 3, 3)).astype("f4")
    shift = random.uniform(-1, 1, 3).astype("f4")
    weights = random.uniform(-1, 1, (4, 27)).astype("f4")
    bias = random.uniform(-1, 1, 4).astype("f4")
    write(
        "convolution",
        [
            node("Conv", ["image", "filters", "shift"], ["features"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
            node("Relu", ["features"], ["active"]),
            node("MaxPool", ["active"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2]),
            node("Flatten", ["pooled"], ["flat"], axis=1),
            node("Gemm", ["flat", "weights", "bias"], ["sums"], transB=1),
            node("Softmax", ["sums"], ["scores"], axis=1),
        ],
        [value("image", FP32, "n", 1, 6, 6)],
        [value("scores", FP32, "n", 4)],
        [constant("filters", filters), constant("shift", shift), constant("weights", weights), constant("bias", bias)],
    )
    images = random.uniform(-1, 1, (5, 1, 6, 6)).astype("f4")
    padded = np.pad(images[:, 0].astype("f8"), ((0, 0), (1, 1), (1, 1)))
    features = np.zeros((5, 3, 6, 6))
    for y in range(3):
        for x in range(3):
            features += filters[None, :, 0, y, x, None, None] * padded[:, None, y : y + 6, x : x + 6]
    active = np.maximum(features + shift[None, :, None, None], 0)
    pooled = active.reshape(5, 3, 3, 2, 3, 2).max(axis=(3, 5))
    return images, softmax(pooled.reshape(5, 27) @ weights.T.astype("f8") + bias)


def shape_reader():
    """x [n, 2, 3] -> scores [n, 6]; the batch is read from the input's shape, as PyTorch exports it."""
    write(
        "shape_reader",
        [
            node("Relu", ["x"], ["active"]),
            node("Shape", ["x"], ["shape"]),
            node("Gather", ["shape", "first"], ["n"], axis=0),
            node("Unsqueeze", ["n", "axes"], ["batch"]),
            node("Concat", ["batch", "rest"], ["target"], axis=0),
            node("Reshape", ["active", "target"], ["flat"]),
            node("Softmax", ["flat"], ["scores"], axis=1),
        ],
        [value("x", FP32, "n", 2, 3)],
        [value("scores", FP32, "n", 6)],
        [
            constant("first", np.array(0, "i8")),
            constant("axes", np.array([0], "i8")),
            constant("rest", np.array([-1], "i8")),
        ],
    )
    x = np.random.RandomState(8).uniform(-1, 1, (5, 2, 3)).astype("f4")
    return x, softmax(np.maximum(x.astype("f8"), 0).reshape(5, 6))


def small_ones():
    ab = [value("a", FP32, "n", 3), value("b", FP32, "n", 3)]
    write(
        "two_by_two",
        [node("Add", ["a", "b"], ["sum"]), node("Mul", ["a", "b"], ["product"])],
        ab,
        [value("sum", FP32, "n", 3), value("product", FP32, "n", 3)],
    )
    write(
        "whole_numbers",
        [
            node("Add", ["i", "j"], ["sum"]),
            node("Cast", ["i"], ["float"], to=FP32),
            node("Mul", ["float", "half"], ["halves"]),
            node("ArgMax", ["halves"], ["place"], axis=1, keepdims=0),
        ],
        [value("i", INT64, "n", 3), value("j", INT64, "n", 3)],
        [value("sum", INT64, "n", 3), value("halves", FP32, "n", 3), value("place", INT64, "n")],
        [constant("half", np.array([0.5], "f4"))],
    )
    write(
        "casts",
        [
            node("Cast", ["i"], ["floats"], to=FP32),
            node("Cast", ["j"], ["others"], to=FP32),
            node("Add", ["floats", "others"], ["sum"]),
            node("Mul", ["floats", "half"], ["halves"]),
            node("ArgMax", ["halves"], ["place"], axis=1, keepdims=0),
        ],
        [value("i", INT64, "n", 3), value("j", INT64, "n", 3)],
        [value("sum", FP32, "n", 3), value("halves", FP32, "n", 3), value("place", INT64, "n")],
        [constant("half", np.array([0.5], "f4"))],
    )
    write(
        "quotient",
        [node("Div", ["i", "j"], ["quotient"])],
        [value("i", INT64, "n", 3), value("j", INT64, "n", 3)],
        [value("quotient", INT64, "n", 3)],
    )
    for name, datatype in (("doubles", FP64), ("halves", FP16)):
        write(name, [node("Add", ["x", "x"], ["y"])], [value("x", datatype, "n", 3)], [value("y", datatype, "n", 3)])
    # Its batch is 1, whatever its input says.
    write(
        "fixed_reshape",
        [node("Relu", ["x"], ["active"]), node("Reshape", ["active", "target"], ["y"])],
        [value("x", FP32, "n", 2, 2)],
        [value("y", FP32, "n", 4)],
        [constant("target", np.array([1, 4], "i8"))],
    )
    write(
        "free_image",
        [node("Relu", ["x"], ["active"]), node("GlobalAveragePool", ["active"], ["mean"])],
        [value("x", FP32, "n", 2, "height", None)],
        [value("mean", FP32, "n", 2, 1, 1)],
    )
    free_pair = value("y", FP32, None, None)
    write("free_output", [node("Relu", ["x"], ["y"])], [value("x", FP32, None, 2)], [free_pair])
    # Before version 4 of ONNX's format every weight was an input, too.
    write(
        "weights_as_inputs",
        [node("Add", ["x", "w"], ["y"])],
        [value("x", FP32, 1, 3), value("w", FP32, 1, 3)],
        [value("y", FP32, 1, 3)],
        [constant("w", np.array([[1, 2, 3]], "f4"))],
        ir_version=3,
        opset=9,
    )


def not_for_opencv():
    """Networks that the backend opencv refuses, or that OpenCV 4.6 gets wrong as they are."""
    row = [value("x", FP32, 1, 4)]
    then = helper.make_graph([node("Identity", ["x"], ["same"])], "then", [], [value("same", FP32, 1, 4)])
    other = helper.make_graph([node("Neg", ["x"], ["less"])], "else", [], [value("less", FP32, 1, 4)])
    write(
        "choice",
        [node("If", ["condition"], ["y"], name="choose", then_branch=then, else_branch=other)],
        [value("condition", BOOL), *row],
        [value("y", FP32, 1, 4)],
    )
    weights = constant("weights", np.arange(20, dtype="f4").reshape(4, 5))
    write("plain_gemm", [node("Gemm", ["x", "weights"], ["y"])], row, [value("y", FP32, 1, 5)], [weights])
    write(
        "uneven_split",
        [node("Split", ["x", "sizes"], ["small", "large"], axis=1)],
        row,
        [value("small", FP32, 1, 1), value("large", FP32, 1, 3)],
        [constant("sizes", np.array([1, 3], "i8"))],
    )
    # x has one dimension: OpenCV would take it for a column, and give 1, 1, 1 for the first.
    vector = value("x", FP32, 3)
    write("vector_softmax", [node("Softmax", ["x"], ["y"], axis=-1)], [vector], [value("y", FP32, 3)])
    write(
        "vector_and_rows",
        [node("Add", ["x", "rows"], ["y"])],
        [vector, value("rows", FP32, 3, 3)],
        [value("y", FP32, 3, 3)],
    )
    # Of any shape, which ONNX's checker does not like, but some exporters write.
    anything = helper.make_tensor_value_info("x", FP32, None)
    softmax_node = node("Softmax", ["x"], ["y"], axis=-1)
    write("free_rank", [softmax_node], [anything], [value("y", FP32, None, None)], checked=False)
    write("text", [node("Identity", ["s"], ["t"])], [value("s", STRING, 1)], [value("t", STRING, 1)])


def array_text(name, array):
    numbers = ", ".join(f"{v:.9g}F" if v != int(v) else f"{v:.1f}F" for v in array.astype("f4").ravel())
    return f"inline const std::vector<float> {name}{{{numbers}}};\n"


def main():
    images, scores = convolution()
    rows, row_scores = shape_reader()
    small_ones()
    not_for_opencv()
    (FOLDER / "references.hpp").write_text(
        "// SPDX-License-Identifier: Apache-2.0\n"
        "// Written by make.py: inputs, and the outputs for them that NumPy computed.\n"
        "#pragma once\n\n#include <vector>\n\n"
        "// clang-format off\n"
        "namespace inferpool::test::references {\n\n"
        "// convolution.onnx: [5, 1, 6, 6] -> [5, 4]\n"
        + array_text("kImages", images)
        + array_text("kImageScores", scores)
        + "\n// shape_reader.onnx: [5, 2, 3] -> [5, 6]\n"
        + array_text("kRows", rows)
        + array_text("kRowScores", row_scores)
        + "\n}  // namespace inferpool::test::references\n// clang-format on\n"
    )


if __name__ == "__main__":
    main()
