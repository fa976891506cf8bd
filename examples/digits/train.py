#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the digits network and writes weights.txt, held_out.csv and one_image.npy beside this file.

A network of 64 inputs, 48 ReLU units and 10 softmax outputs, trained with Adam on 1,347 of the
1,797 images of the UCI handwritten digits; 45 images of each digit are held out and never seen.
Needs Debian's python3-sklearn, which ships the images. Takes less than a minute:

    /usr/bin/python3 train.py

The same files come out byte for byte on every machine: see dot() and exp().
"""

import pathlib

import numpy as np
from sklearn.datasets import load_digits

# The figures below were chosen by cross-validation within the training images alone.
SEED = 1998  # the year the data set was published
CLASSES = 10
PIXELS = 64  # 8x8, values 0..16
MAX_VALUE = 16.0
HIDDEN = 48
HELD_OUT_PER_CLASS = 45
EPOCHS = 300
BATCH = 64
LEARNING_RATE = 0.004
WEIGHT_DECAY = 1e-3  # on the weights, not on the biases
SHIFTED_SHARE = 0.2  # of the images of a batch are moved by one pixel

HELD_OUT_NOTE = (
    "# UCI Optical Recognition of Handwritten Digits (E. Alpaydin, C. Kaynak), CC BY 4.0: "
    "the images that train.py did not train on"
)


def dot(a, b):
    """a @ b, summed in a fixed order.

    BLAS chooses its order of summation by the processor it finds, so its last bits differ between
    machines, and training amplifies them. Single multiplications and additions do not differ.
    """
    total = a[:, 0, None] * b[0]
    for k in range(1, len(b)):
        total += a[:, k, None] * b[k]
    return total


def exp(x):
    """e**x for x <= 0 from exactly rounded operations: libm and SIMD variants differ in the last bit."""
    x = np.maximum(x, -700.0)
    halvings = np.rint(x * 1.4426950408889634)
    rest = x - halvings * 0.6931471805599453
    series = np.ones_like(x)
    for n in range(14, 0, -1):
        series = 1.0 + rest * series / n
    return np.ldexp(series, halvings.astype(int))


def split(labels, random):
    """Indices of the training and of the held-out images, the latter with equally many per digit."""
    held_out = np.zeros(len(labels), dtype=bool)
    for digit in range(CLASSES):
        held_out[random.permutation(np.flatnonzero(labels == digit))[:HELD_OUT_PER_CLASS]] = True
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def shifted(images, random):
    """The images, SHIFTED_SHARE of them moved by one pixel up, down, left or right."""
    out = images.reshape(-1, 8, 8).copy()
    direction = random.random_sample(len(out)) * 4 / SHIFTED_SHARE
    for n, (axis, step) in enumerate(((1, 1), (1, -1), (2, 1), (2, -1))):
        chosen = (direction >= n) & (direction < n + 1)
        moved = np.roll(out[chosen], step, axis)
        edge = 0 if step == 1 else -1
        if axis == 1:
            moved[:, edge, :] = 0
        else:
            moved[:, :, edge] = 0
        out[chosen] = moved
    return out.reshape(-1, PIXELS)


def forward(parameters, images):
    """Hidden activations and class probabilities of a batch."""
    w1, b1, w2, b2 = parameters
    hidden = np.maximum(dot(images, w1) + b1, 0.0)
    logits = dot(hidden, w2) + b2
    powers = exp(logits - logits.max(axis=1, keepdims=True))
    return hidden, powers / dot(powers, np.ones((CLASSES, 1)))


def gradients(parameters, images, labels):
    """Gradients of the mean cross entropy and of the weight decay."""
    w1, _, w2, _ = parameters
    hidden, probabilities = forward(parameters, images)
    error = (probabilities - np.eye(CLASSES)[labels]) / len(labels)
    back = dot(error, w2.T) * (hidden > 0)
    ones = np.ones((1, len(labels)))
    return [
        dot(images.T, back) + WEIGHT_DECAY * w1,
        dot(ones, back)[0],
        dot(hidden.T, error) + WEIGHT_DECAY * w2,
        dot(ones, error)[0],
    ]


def train(images, labels, random):
    """Adam with a learning rate that falls linearly to zero."""
    def uniform(rows, columns):
        limit = np.sqrt(6.0 / (rows + columns))
        return (random.random_sample((rows, columns)) * 2 - 1) * limit

    parameters = [uniform(PIXELS, HIDDEN), np.zeros(HIDDEN), uniform(HIDDEN, CLASSES), np.zeros(CLASSES)]
    mean = [np.zeros_like(p) for p in parameters]
    square = [np.zeros_like(p) for p in parameters]
    steps = EPOCHS * (len(images) // BATCH)
    mean_left, square_left = 1.0, 1.0
    for step in range(steps):
        if step % (len(images) // BATCH) == 0:
            order = random.permutation(len(images))
            start = 0
        batch = order[start : start + BATCH]
        start += BATCH
        rate = LEARNING_RATE * (1 - step / steps)
        mean_left *= 0.9
        square_left *= 0.999
        for i, g in enumerate(gradients(parameters, shifted(images[batch], random), labels[batch])):
            mean[i] = 0.9 * mean[i] + 0.1 * g
            square[i] = 0.999 * square[i] + 0.001 * (g * g)
            root = np.sqrt(square[i] / (1 - square_left)) + 1e-8
            parameters[i] = parameters[i] - rate * (mean[i] / (1 - mean_left)) / root
    return parameters


def accuracy(parameters, images, labels):
    right = int((forward(parameters, images)[1].argmax(axis=1) == labels).sum())
    return f"{right / len(labels):7.2%}  ({right} of {len(labels)})"


def write_weights(path, parameters):
    """One line per unit: its bias, then its weights; layer 1 includes the scale of the pixels."""
    w1, b1, w2, b2 = (p.astype(np.float32) for p in parameters)
    lines = [f"digits-network 1: {PIXELS} inputs 0..16, {HIDDEN} relu, {CLASSES} softmax; a line is bias, weights"]
    for weights, biases in ((w1, b1), (w2, b2)):
        for unit in range(len(biases)):
            lines.append(" ".join(f"{v:.9g}" for v in (biases[unit], *weights[:, unit])))
    path.write_text("\n".join(lines) + "\n")


def write_held_out(path, images, labels):
    lines = [HELD_OUT_NOTE, "digit," + ",".join(f"p{i}" for i in range(PIXELS))]
    lines += [",".join(str(int(v)) for v in (label, *image)) for label, image in zip(labels, images)]
    path.write_text("\n".join(lines) + "\n")


def main():
    folder = pathlib.Path(__file__).resolve().parent
    data = load_digits()
    random = np.random.RandomState(SEED)  # its streams are frozen across NumPy versions
    train_rows, held_rows = split(data.target, random)
    parameters = train(data.data[train_rows] / MAX_VALUE, data.target[train_rows], random)
    parameters[0] /= MAX_VALUE
    print("training images:", accuracy(parameters, data.data[train_rows], data.target[train_rows]))
    print("held-out images:", accuracy(parameters, data.data[held_rows], data.target[held_rows]))
    write_weights(folder / "weights.txt", parameters)
    write_held_out(folder / "held_out.csv", data.data[held_rows], data.target[held_rows])
    np.save(folder / "one_image.npy", data.data[held_rows][:1].astype("<f4"))


if __name__ == "__main__":
    main()
