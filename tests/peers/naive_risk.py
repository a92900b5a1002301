"""The objective, written naively in numpy: what every contender's solution is judged by.

    F(b, w) = sum_i s_i loss(y_i, z_i) / sum_i s_i + l2/2 ||w||^2 + l1 ||w||_1,    z_i = b + x_i . w + o_i

    n: rows, d: features, K: columns of margins (1; softmax: classes)
    x: n x d, y: n (softmax and two-class models: class numbers 0, 1, ...), coef w: K x d, intercept b: K
    s: row weights times class weights, o: offsets plus the logarithm of exposures
"""
import dataclasses
import math

import numpy as np


def huber(y, z, delta):
    r = np.abs(z - y)
    return np.where(r <= delta, r * r / 2, delta * (r - delta / 2))


LOSSES = {
    "linear": lambda y, z, _: (z - y) ** 2 / 2,
    "adaline": lambda y, z, _: (z - (2 * y - 1)) ** 2 / 2,
    "logistic": lambda y, z, _: np.logaddexp(0, np.where(y == 1, -z, z)),
    "poisson": lambda y, z, _: np.exp(z) - y * z,
    "gamma": lambda y, z, _: z + y * np.exp(-z),
    "huber": huber,
    "squared-hinge": lambda y, z, _: np.maximum(0, 1 - (2 * y - 1) * z) ** 2 / 2,
}
CLASSIFIERS = ("adaline", "logistic", "squared-hinge", "softmax")


@dataclasses.dataclass(frozen=True)
class Rows:
    """Data of one problem; None is a column that the file does not have."""
    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray = None
    offset: np.ndarray = None
    exposure: np.ndarray = None

    def margin_offset(self):
        offset = np.zeros(len(self.y)) if self.offset is None else self.offset
        return offset if self.exposure is None else offset + np.log(self.exposure)


def row_losses(model, rows, coef, intercept, delta):
    z = rows.x @ coef.T + intercept + rows.margin_offset()[:, None]  # n x K
    if model == "softmax":
        top = z.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(z - top).sum(axis=1)) + top[:, 0]
        return log_sum - np.take_along_axis(z, rows.y.astype(int)[:, None], axis=1)[:, 0]
    return LOSSES[model](rows.y, z[:, 0], delta)


@dataclasses.dataclass(frozen=True)
class Risk:
    """F of one problem."""
    model: str
    rows: Rows
    l2: float = 0.0
    l1: float = 0.0
    class_weight: tuple = ()  # by class number
    delta: float = 1.35

    def weights(self):
        """n: s of the formula."""
        s = np.ones(len(self.rows.y)) if self.rows.weight is None else self.rows.weight
        return s * np.asarray(self.class_weight)[self.rows.y.astype(int)] if self.class_weight else s

    def value(self, coef, intercept):
        """F; sums are exact to the last bit, so a difference of two values is one of the solutions."""
        s = self.weights()
        losses = row_losses(self.model, self.rows, coef, intercept, self.delta)
        penalty = self.l2 / 2 * math.fsum(np.ravel(coef) ** 2) + self.l1 * math.fsum(np.abs(np.ravel(coef)))
        return math.fsum(s * losses) / math.fsum(s) + penalty
