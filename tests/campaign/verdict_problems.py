"""Random convex problems with awkward units, and their objective in extended precision.

    F(w, b) = sum_i s_i loss(y_i, z_i) / sum_i s_i + l2/2 ||w||^2 + l1 ||w||_1,    z_i = x_i . w + b + o_i

    n: rows, d: features, K: margins a row (softmax: classes, else 1)
    x: n x d, y: n (class numbers, or targets), coef w: K x d, intercept b: K, z: n x K, s: row weights, o: offsets

A problem is a pure function of (model, seed, number). Columns are scaled by 10^U(-8, 8); some lie far from zero; one
may be a copy of another, nearly one, or constant; targets of linear, huber and gamma are scaled by 10^U(-6, 6).
"""
import csv
import dataclasses

import numpy as np

Real = np.longdouble
MODELS = ("linear", "adaline", "huber", "logistic", "squared-hinge", "softmax", "poisson", "gamma")
CLASSIFIERS = ("adaline", "logistic", "squared-hinge", "softmax")
SIGNED = ("adaline", "squared-hinge")  # their labels in the formula are -1 and 1
FLAT = Real(1e-12)  # second derivative on straight pieces, for Newton's method: no direction is without curvature


@dataclasses.dataclass(frozen=True)
class Problem:
    model: str
    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray = None
    offset: np.ndarray = None
    intercept: bool = True
    l2: float = 0.0
    l1: float = 0.0  # of the optimizer with L1 alone: the others solve without_l1()
    delta: float = 1.35

    @property
    def outputs(self):
        return int(self.y.max()) + 1 if self.model == "softmax" else 1

    def without_l1(self):
        return dataclasses.replace(self, l1=0.0)

    def loss(self):
        return LOSSES[self.model](self)

    def counted_rows(self):
        """The problem without its rows of weight 0."""
        if self.weight is None:
            return self
        rows = self.weight > 0
        return dataclasses.replace(self, x=self.x[rows], y=self.y[rows], weight=self.weight[rows],
                                   offset=None if self.offset is None else self.offset[rows])

    def row_shares(self):
        """n: s_i / sum s."""
        s = np.ones(len(self.y), Real) if self.weight is None else self.weight.astype(Real)
        return s / s.sum()

    def offsets(self):
        return np.zeros(len(self.y), Real) if self.offset is None else self.offset.astype(Real)


# --- Losses: value, size of their terms, first and second derivative of each row at z (n x K) ---

class Linear:
    def __init__(self, problem):
        self.y = problem.y.astype(Real)
        self.delta = Real(problem.delta)
        if problem.model in SIGNED:
            self.y = 2 * self.y - 1
        self.y = self.y[:, None]

    def value(self, z):
        return (z - self.y) ** 2 / 2

    def size(self, z):
        return self.value(z)

    def slope(self, z):
        return z - self.y

    def curvature(self, z):
        return np.ones_like(z)


class Huber(Linear):
    def value(self, z):
        r = np.abs(z - self.y)
        return np.where(r <= self.delta, r * r / 2, self.delta * (r - self.delta / 2))

    def slope(self, z):
        return np.clip(z - self.y, -self.delta, self.delta)

    def curvature(self, z):
        return np.where(np.abs(z - self.y) <= self.delta, 1, FLAT)


class SquaredHinge(Linear):
    def value(self, z):
        return np.maximum(0, 1 - self.y * z) ** 2 / 2

    def slope(self, z):
        return -self.y * np.maximum(0, 1 - self.y * z)

    def curvature(self, z):
        return np.where(self.y * z < 1, 1, FLAT)


class Logistic(Linear):
    def value(self, z):
        return np.logaddexp(Real(0), np.where(self.y == 1, -z, z))

    def slope(self, z):
        t = np.where(self.y == 1, -1, 1)
        return t / (1 + np.exp(-t * z))

    def curvature(self, z):
        e = np.exp(-np.abs(z))
        return e / (1 + e) ** 2


class Poisson(Linear):
    def value(self, z):
        return np.exp(z) - self.y * z

    def size(self, z):
        return np.exp(z) + np.abs(self.y * z)

    def slope(self, z):
        return np.exp(z) - self.y

    def curvature(self, z):
        return np.exp(z)


class Gamma(Linear):
    def value(self, z):
        return z + self.y * np.exp(-z)

    def size(self, z):
        return np.abs(z) + self.y * np.exp(-z)

    def slope(self, z):
        return 1 - self.y * np.exp(-z)

    def curvature(self, z):
        return self.y * np.exp(-z)


class Softmax(Linear):
    """Its curvature is the n x K of probabilities p: the block of a row is diag(p) - p p^T."""

    def __init__(self, problem):
        super().__init__(problem)
        self.is_label = (self.y == np.arange(problem.outputs)).astype(Real)  # n x K

    def value(self, z):
        top = z.max(axis=1, keepdims=True)
        return np.log(np.exp(z - top).sum(axis=1, keepdims=True)) + ((top - z) * self.is_label).sum(1, keepdims=True)

    def slope(self, z):
        return self.curvature(z) - self.is_label

    def curvature(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)


LOSSES = {"linear": Linear, "adaline": Linear, "huber": Huber, "logistic": Logistic, "squared-hinge": SquaredHinge,
          "softmax": Softmax, "poisson": Poisson, "gamma": Gamma}


def objective(problem, coef, intercept):
    """F at the parameters of a model file, and the size of its terms, at least its rounding at w = 0."""
    rows, loss = problem.counted_rows(), problem.counted_rows().loss()
    shares, w = rows.row_shares()[:, None], np.atleast_2d(coef).astype(Real)
    z = rows.x.astype(Real) @ w.T + np.ravel(intercept).astype(Real) + rows.offsets()[:, None]
    penalty = Real(problem.l2) / 2 * (w ** 2).sum() + Real(problem.l1) * np.abs(w).sum()
    at_zero = loss.size(np.zeros_like(z) + rows.offsets()[:, None])
    size = max((shares * loss.size(z)).sum() + penalty, np.finfo(float).eps * (shares * at_zero).sum())
    return (shares * loss.value(z)).sum() + penalty, size


# --- The generator ---

def features(random, n, d):
    """Columns in their units, and the standard scores they were made of: the margins' source."""
    scores = random.standard_normal((n, d)) @ (np.eye(d) + 0.3 * random.standard_normal((d, d)))
    x = scores * 10 ** random.uniform(-8, 8, d)
    for j in np.flatnonzero(random.random(d) < 0.2):  # as years are
        x[:, j] += 200 * np.std(x[:, j]) * random.choice([-1, 1])
    if d > 1 and random.random() < 1 / 3:
        x[:, random.integers(1, d)] = x[:, 0]
    if d > 2 and random.random() < 1 / 3:
        noise = 10 ** -random.uniform(2, 9) * np.sqrt(np.mean(x[:, 1] ** 2))
        x[:, 2] = x[:, 1] + noise * random.standard_normal(n)
    if d > 1 and random.random() < 1 / 3:
        x[:, d - 1] = 10 ** random.uniform(-8, 8)
    return x, scores


def labels(random, model, scores):
    """Noisy labels, each class or a positive count among them, before they are scaled."""
    n, d = scores.shape
    strength = random.uniform(0.2, 2) * (20 if random.random() < 0.1 else 1) / np.sqrt(d)  # 20: maybe separable
    margin = scores @ random.normal(0, min(strength, 2 / np.sqrt(d)), d) + random.normal(0, 0.5)
    if model in ("linear", "huber"):
        heavy = random.standard_t(2, n) if random.random() < 0.5 else random.standard_normal(n)
        return margin + random.uniform(0.05, 2) * heavy
    if model == "gamma":
        return np.maximum(random.gamma(2, np.exp(margin) / 2), 1e-6)
    if model == "poisson":
        y = random.poisson(np.exp(np.minimum(margin + random.uniform(-1, 3), 12))).astype(float)
        return np.maximum(y, np.arange(n) < 2)
    classes = random.integers(2, 5) if model == "softmax" else 2
    margins = scores @ random.normal(0, strength, (d, classes)) + random.gumbel(size=(n, classes))
    y = margins.argmax(axis=1).astype(float)
    y[:2 * classes] = np.arange(2 * classes) % classes
    return y


def make_problem(model, seed, number):
    random = np.random.default_rng([seed, MODELS.index(model), number])
    n, d = int(random.integers(30, 401)), int(random.integers(1, 13))
    x, scores = features(random, n, d)
    y, unit = labels(random, model, scores), 10 ** random.uniform(-6, 6)
    scaled_delta, has_weight, has_offset, has_l2 = random.random(4) < (0.5, 0.3, 0.2, 0.5)
    unit = unit if model in ("linear", "huber", "gamma") else 1.0
    weight = random.uniform(0.1, 4, n) * (np.arange(n) % 10 != 9) if has_weight else None
    offset = random.normal(0, 0.5, n) * (unit if model in ("linear", "huber") else 1) if has_offset else None
    if model == "softmax":
        offset = None
    problem = Problem(model, x, y * unit, weight, offset, intercept=bool(random.random() < 0.75),
                      delta=1.35 * unit if scaled_delta else 1.35)
    return dataclasses.replace(problem, **penalties(random, problem, has_l2))


def penalties(random, problem, has_l2):
    """l2 from 1e-8 to 10 times the curvature of one column, l1 from 1e-3 to 1 times the slope of one at its mean."""
    rows = problem.counted_rows()
    shares, column = rows.row_shares().astype(float), rows.x[:, random.integers(rows.x.shape[1])]
    spread = np.sqrt(shares @ column ** 2)
    level = 1.0 if rows.model in CLASSIFIERS else np.sqrt(shares @ rows.y ** 2)
    l2 = 10 ** random.uniform(-8, 1) * spread ** 2 * (level if rows.model == "poisson" else 1.0)
    slope = 1.0 if rows.model == "gamma" else min(level, problem.delta) if rows.model == "huber" else level
    l1 = 10 ** random.uniform(-3, 0) * spread * slope
    return {"l2": float(l2) if has_l2 else 0.0, "l1": float(l1)}


def write_csv(path, problem):
    """Columns f0, f1, ..., special ones, and the label `target`, in 17 digits; returns the options that name them."""
    special = {key: column for key in ("weight", "offset") if (column := getattr(problem, key)) is not None}
    with open(path, "w", newline="", encoding="ascii") as file:
        writer = csv.writer(file)
        writer.writerow([f"f{j}" for j in range(problem.x.shape[1])] + list(special) + ["target"])
        for i, x in enumerate(problem.x):
            label = f"class{int(problem.y[i])}" if problem.model in CLASSIFIERS else repr(float(problem.y[i]))
            writer.writerow([repr(float(v)) for v in (*x, *(column[i] for column in special.values()))] + [label])
    return [word for key in special for word in (f"--{key}-column", key)]
