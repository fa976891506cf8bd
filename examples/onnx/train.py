#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the network and writes model.onnx, images.npy, digits.npy and scores.npy beside this file.

A convolutional network of plain NumPy: 8x8 pixels, 12 and 24 filters of 3x3 with ReLU and pooling, 10
softmax outputs; trained with Adam on 1,347 of the 1,797 images of the UCI handwritten digits. 450 images
are held out and never seen; scores.npy is what NumPy computes for them, in FP64 and without ONNX. Needs
Debian's python3-sklearn, which ships the images, and python3-onnx. Takes about a minute:

    /usr/bin/python3 train.py
"""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto, checker, helper, numpy_helper
from sklearn.datasets import load_digits

SEED = 1998  # the year the data set was published
CLASSES = 10
SIDE = 8
MAX_VALUE = 16.0
FILTERS = (12, 24)
HELD_OUT = 450
EPOCHS = 100
BATCH = 64
LEARNING_RATE = 0.004
WEIGHT_DECAY = 1e-4


def patches(images):
    """The 3x3 neighbourhoods of each pixel, edges padded by zeros: [n, c, h, w] -> [n, h, w, c * 9]."""
    n, c, h, w = images.shape
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    shifted = [padded[:, :, y : y + h, x : x + w] for y in range(3) for x in range(3)]
    return np.stack(shifted, axis=-1).transpose(0, 2, 3, 1, 4).reshape(n, h, w, c * 9)


def unpatch(gradient, shape):
    """The reverse of patches for gradients: adds the share of each neighbourhood to its pixels."""
    n, c, h, w = shape
    parts = gradient.reshape(n, h, w, c, 3, 3).transpose(4, 5, 0, 3, 1, 2)
    padded = np.zeros((n, c, h + 2, w + 2))
    for y in range(3):
        for x in range(3):
            padded[:, :, y : y + h, x : x + w] += parts[y, x]
    return padded[:, :, 1:-1, 1:-1]


class Convolution:
    """3x3 filters, ReLU and 2x2 max pooling."""

    def __init__(self, inputs, filters, random):
        self.parameters = [random.standard_normal((filters, inputs * 9)) * np.sqrt(2 / (inputs * 9)), np.zeros(filters)]

    def forward(self, images):
        weights, bias = self.parameters
        self.shape, self.columns = images.shape, patches(images)
        sums = (self.columns @ weights.T + bias).transpose(0, 3, 1, 2)
        n, c, h, w = sums.shape
        blocks = np.maximum(sums, 0).reshape(n, c, h // 2, 2, w // 2, 2).transpose(0, 1, 2, 4, 3, 5)
        self.blocks = blocks.reshape(n, c, h // 2, w // 2, 4)
        return self.blocks.max(axis=-1)

    def backward(self, gradient):
        largest = self.blocks.argmax(axis=-1)[..., None] == np.arange(4)
        back = gradient[..., None] * largest * (self.blocks > 0)
        n, c, h, w = gradient.shape
        back = back.reshape(n, c, h, w, 2, 2).transpose(0, 2, 4, 3, 5, 1).reshape(n, 2 * h, 2 * w, c)
        flat, columns = back.reshape(-1, c), self.columns.reshape(-1, self.columns.shape[-1])
        self.gradients = [flat.T @ columns, flat.sum(axis=0)]
        return unpatch(back @ self.parameters[0], self.shape)


class Linear:
    def __init__(self, inputs, outputs, random):
        self.parameters = [random.standard_normal((outputs, inputs)) * np.sqrt(1 / inputs), np.zeros(outputs)]

    def forward(self, rows):
        self.rows = rows
        return rows @ self.parameters[0].T + self.parameters[1]

    def backward(self, gradient):
        self.gradients = [gradient.T @ self.rows, gradient.sum(axis=0)]
        return gradient @ self.parameters[0]


class Network:
    def __init__(self, random):
        pooled = SIDE // 4
        self.convolutions = [Convolution(1, FILTERS[0], random), Convolution(FILTERS[0], FILTERS[1], random)]
        self.linear = Linear(FILTERS[1] * pooled * pooled, CLASSES, random)
        self.layers = [*self.convolutions, self.linear]

    def forward(self, images):
        """Pixels [n, 1, 8, 8] of 0 to 1 -> probabilities [n, 10]."""
        for layer in self.convolutions:
            images = layer.forward(images)
        self.pooled_shape = images.shape
        logits = self.linear.forward(images.reshape(len(images), -1))
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def backward(self, probabilities, digits):
        """Gradients of the mean cross entropy, in each layer."""
        error = (probabilities - np.eye(CLASSES)[digits]) / len(digits)
        gradient = self.linear.backward(error).reshape(self.pooled_shape)
        for layer in reversed(self.convolutions):
            gradient = layer.backward(gradient)


def moved(images, random):
    """The images, each moved by at most one pixel in both directions."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    down, right = random.integers(0, 3, (2, len(images)))
    return np.stack([p[:, y : y + SIDE, x : x + SIDE] for p, y, x in zip(padded, down, right)])


def train(images, digits, random):
    """Adam with a learning rate that falls linearly to zero."""
    network = Network(random)
    parameters = [p for layer in network.layers for p in layer.parameters]
    mean = [np.zeros_like(p) for p in parameters]
    square = [np.zeros_like(p) for p in parameters]
    steps = EPOCHS * (len(images) // BATCH)
    for step in range(steps):
        if step % (len(images) // BATCH) == 0:
            order = random.permutation(len(images))
        rows, order = order[:BATCH], order[BATCH:]
        network.backward(network.forward(moved(images[rows], random)), digits[rows])
        gradients = [g for layer in network.layers for g in layer.gradients]
        rate = LEARNING_RATE * (1 - step / steps)
        for i, (p, g) in enumerate(zip(parameters, gradients)):
            g = g + WEIGHT_DECAY * p if p.ndim == 2 else g
            mean[i] = 0.9 * mean[i] + 0.1 * g
            square[i] = 0.999 * square[i] + 0.001 * g * g
            root = np.sqrt(square[i] / (1 - 0.999 ** (step + 1))) + 1e-8
            p -= rate * mean[i] / (1 - 0.9 ** (step + 1)) / root
    return network


def rounded(network):
    """The same network with weights rounded to FP32, as in the file."""
    for layer in network.layers:
        layer.parameters = [p.astype("f4").astype("f8") for p in layer.parameters]
    return network


def export(network, path):
    """Writes the network as ONNX: pixels from 0 to 16, a node that scales them, a dynamic batch."""
    nodes = [helper.make_node("Mul", ["image", "scale"], ["scaled"])]
    constants = {"scale": np.array([1 / MAX_VALUE])}
    at = "scaled"
    for n, layer in enumerate(network.convolutions, 1):
        weights, bias = layer.parameters
        constants[f"filters{n}"] = weights.reshape(len(bias), -1, 3, 3)
        constants[f"shift{n}"] = bias
        conv = [at, f"filters{n}", f"shift{n}"]
        nodes += [
            helper.make_node("Conv", conv, [f"sums{n}"], f"conv{n}", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", [f"sums{n}"], [f"active{n}"]),
            helper.make_node("MaxPool", [f"active{n}"], [f"pooled{n}"], kernel_shape=[2, 2], strides=[2, 2]),
        ]
        at = f"pooled{n}"
    constants["weights"], constants["bias"] = network.linear.parameters
    nodes += [
        helper.make_node("Flatten", [at], ["features"], axis=1),
        helper.make_node("Gemm", ["features", "weights", "bias"], ["logits"], transB=1),
        helper.make_node("Softmax", ["logits"], ["scores"], axis=1),
        helper.make_node("ArgMax", ["scores"], ["digit"], axis=1, keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 1, SIDE, SIDE])],
        [
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", CLASSES]),
            helper.make_tensor_value_info("digit", TensorProto.INT64, ["batch"]),
        ],
        [numpy_helper.from_array(array.astype("f4"), name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, producer_name="train.py", opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    checker.check_model(model)
    onnx.save(model, path)


def main():
    folder = pathlib.Path(__file__).resolve().parent
    data = load_digits()
    random = np.random.default_rng(SEED)
    order = random.permutation(len(data.target))
    held_out, trained = order[:HELD_OUT], order[HELD_OUT:]
    images = data.images[:, None]
    network = rounded(train(images[trained] / MAX_VALUE, data.target[trained], random))
    for name, rows in (("training", trained), ("held-out", held_out)):
        scores = network.forward(images[rows] / MAX_VALUE)
        right = int((scores.argmax(axis=1) == data.target[rows]).sum())
        print(f"{name} images: {right / len(rows):.2%}  ({right} of {len(rows)})")
    export(network, str(folder / "model.onnx"))
    np.save(folder / "images.npy", images[held_out].astype("<f4"))
    np.save(folder / "digits.npy", data.target[held_out].astype("<i8"))
    np.save(folder / "scores.npy", scores.astype("<f4"))


if __name__ == "__main__":
    main()
