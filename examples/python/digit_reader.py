# SPDX-License-Identifier: Apache-2.0
"""Reads handwritten digits: features in plain Python, as in many such classes, then scikit-learn."""
import joblib
import numpy as np

SIDE = 8  # pixels of an image in each direction
DARK = 6  # a pixel has 0 to 16 steps of ink, and is dark from here on


def strokes(line):
    """How many strokes of the pen a line of pixels crosses."""
    met, before = 0, False
    for pixel in line:
        dark = pixel >= DARK
        met += dark and not before
        before = dark
    return met


def margin(line):
    """How many light pixels come before the first dark one."""
    for place, pixel in enumerate(line):
        if pixel >= DARK:
            return place
    return SIDE


def holes(rows):
    """Light regions that do not reach the edge: 0 has one, 8 has two."""
    light = {(y, x) for y in range(SIDE) for x in range(SIDE) if rows[y][x] < DARK}
    count = 0
    while light:
        todo, at_edge = [light.pop()], False
        while todo:
            y, x = todo.pop()
            at_edge |= y in (0, SIDE - 1) or x in (0, SIDE - 1)
            for place in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                if place in light:
                    light.remove(place)
                    todo.append(place)
        count += not at_edge
    return count


PLACES = np.arange(SIDE)


def moments(image):
    """Where the ink is, and how far it spreads."""
    ink = image.sum() or 1.0
    by_row, by_column = image.sum(axis=1), image.sum(axis=0)
    y, x = PLACES - (by_row @ PLACES) / ink, PLACES - (by_column @ PLACES) / ink
    return [y[0], x[0], by_row @ (y * y) / ink, by_column @ (x * x) / ink, y @ image @ x / ink]


def slopes(image):
    """How much edge there is in each of eight directions, in each quarter of the image."""
    padded = np.pad(image, 1)
    across = padded[1:-1, 2:] - padded[1:-1, :-2]
    down = padded[2:, 1:-1] - padded[:-2, 1:-1]
    steepness = np.hypot(across, down)
    direction = (np.arctan2(down, across) * (4 / np.pi)).round() % 8
    quarters = (2, SIDE // 2, 2, SIDE // 2)
    return [amount for each in range(8)
            for amount in (steepness * (direction == each)).reshape(quarters).sum(axis=(1, 3)).flat]


def features(image):
    """The features of one image, FP64 [8, 8]."""
    rows = image.tolist()
    values = [holes(rows)] + moments(image) + slopes(image)
    for line in rows + [list(column) for column in zip(*rows)]:
        values += [sum(line), strokes(line), margin(line), margin(line[::-1])]
    return values


class DigitReader:
    def __init__(self, settings):
        self.settings = settings

    def load(self):
        self.classifier = joblib.load(self.settings.parameters.uri)

    def features(self, images):
        square = images.reshape(-1, SIDE, SIDE).astype(float)
        return np.array([features(image) for image in square])

    def predict(self, images):
        """images: UINT8 [n, 64]."""
        probabilities = self.classifier.predict_proba(self.features(images))
        return {"digit": probabilities.argmax(axis=1), "probability": probabilities.max(axis=1)}
