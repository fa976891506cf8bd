#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the trees and writes model.json and held_out.csv beside this file.

150 of the 569 tumours of the Breast Cancer Wisconsin data set are held out and never seen. One value
in ten is removed at random, from the training rows too, so that the trees learn which way to go when a
value is missing. Needs Debian's python3-sklearn, which ships the data, and python3-xgboost:

    /usr/bin/python3 train.py
"""

import pathlib

import numpy as np
import xgboost
from sklearn.datasets import load_breast_cancer

SEED = 1995  # the year the data set was published
HELD_OUT = 150
MISSING_SHARE = 0.1
ROUNDS = 60
PARAMETERS = {
    "objective": "binary:logistic",
    "max_depth": 3,
    "eta": 0.2,
    "subsample": 0.8,
    "tree_method": "exact",
    "nthread": 1,
    "seed": SEED,
}

HELD_OUT_NOTE = (
    "# Breast Cancer Wisconsin (Diagnostic), W. Wolberg, O. Mangasarian, N. Street, W. Street, CC BY 4.0: "
    "the tumours that train.py did not train on; an empty field is a missing value"
)


def written(value):
    """Nine digits keep every bit of an FP32."""
    return "" if np.isnan(value) else f"{value:.9g}"


def main():
    folder = pathlib.Path(__file__).resolve().parent
    data = load_breast_cancer()
    random = np.random.RandomState(SEED)
    rows = data.data.astype(np.float32)
    rows[random.random_sample(rows.shape) < MISSING_SHARE] = np.nan
    malignant = (data.target == 0).astype(np.float32)
    order = random.permutation(len(rows))
    held_out, trained = order[:HELD_OUT], order[HELD_OUT:]

    booster = xgboost.train(
        PARAMETERS, xgboost.DMatrix(rows[trained], malignant[trained]), num_boost_round=ROUNDS
    )
    booster.save_model(folder / "model.json")

    probabilities = booster.predict(xgboost.DMatrix(rows[held_out]))
    right = int(((probabilities > 0.5) == (malignant[held_out] > 0.5)).sum())
    print(f"held-out tumours: {right} of {HELD_OUT} right")

    names = [name.replace(" ", "_") for name in data.feature_names]
    lines = [HELD_OUT_NOTE, ",".join(["malignant", "python_predicts", *names])]
    for row, label, probability in zip(rows[held_out], malignant[held_out], probabilities):
        lines.append(",".join([str(int(label)), written(probability), *map(written, row)]))
    (folder / "held_out.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
