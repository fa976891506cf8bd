# SPDX-License-Identifier: Apache-2.0
"""Reads handwritten digits: features in plain Python, as such classes have, then scikit-learn."""
import joblib
import numpy as np

SIDE = 8  # pixels of an image, each way
DARK = 6  # of the 16 steps of ink that a pixel may have


def strokes(line):
    """How often the pen is met on the way along a line of pixels."""
    met, before = 0, False
    for pixel in line:
        dark = pixel >= DARK
        met += dark and not before
        before = dark
    return met


def margin(line):
    """How many pixels there are before the pen is met."""
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


def moments(rows):
    """Where the ink is, and how far it spreads."""
    ink = sum(map(sum, rows)) or 1
    mean_y = sum(y * sum(row) for y, row in enumerate(rows)) / ink
    mean_x = sum(x * pixel for row in rows for x, pixel in enumerate(row)) / ink
    spread_y = spread_x = slant = 0.0
    for y, row in enumerate(rows):
        for x, pixel in enumerate(row):
            spread_y += pixel * (y - mean_y) ** 2
            spread_x += pixel * (x - mean_x) ** 2
            slant += pixel * (y - mean_y) * (x - mean_x)
    return [mean_y, mean_x, spread_y / ink, spread_x / ink, slant / ink]


def features(pixels):
    """Of one image: its 64 pixels, row by row, as a list."""
    rows = [pixels[at:at + SIDE] for at in range(0, SIDE * SIDE, SIDE)]
    values = [holes(rows)] + moments(rows)
    for line in rows + [list(column) for column in zip(*rows)]:
        values += [sum(line), strokes(line), margin(line), margin(line[::-1])]
    return values


class DigitReader:
    def __init__(self, settings):
        self.settings = settings

    def load(self):
        self.classifier = joblib.load(self.settings.parameters.uri)

    def features(self, images):
        return np.array([features(image) for image in images.tolist()])

    def predict(self, images):
        """images: UINT8 [n, 64]."""
        probabilities = self.classifier.predict_proba(self.features(images))
        return {"digit": probabilities.argmax(axis=1), "probability": probabilities.max(axis=1)}
