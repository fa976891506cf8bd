# SPDX-License-Identifier: Apache-2.0
"""Trains the classifier of digit_reader.py: train.py <folder>

Writes digits.joblib and held_out.bin into the folder, the same ones each time. held_out.bin has images
that the classifier was not trained on: 64 pixels and the digit, one byte each."""
import pathlib
import sys

import joblib
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import digit_reader

HELD_OUT = 480

folder = pathlib.Path(sys.argv[1])
data = load_digits()
images = data.data.astype(np.uint8)
values = digit_reader.DigitReader(None).features(images)
classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
classifier.fit(values[HELD_OUT:], data.target[HELD_OUT:])
joblib.dump(classifier, folder / "digits.joblib")

labels = data.target[:HELD_OUT].astype(np.uint8)
(folder / "held_out.bin").write_bytes(np.column_stack([images[:HELD_OUT], labels]).tobytes())
right = int((classifier.predict(values[:HELD_OUT]) == labels).sum())
print(f"held-out digits: {right} of {HELD_OUT} right")
