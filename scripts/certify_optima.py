#!/usr/bin/env python3
"""Certified optima of regularised generalised linear models: a second opinion on the trainer, in numpy only.

    F(b, w) = (1/n) sum_i loss(y_i, z_i) + l2/2 ||w||^2,    z_i = b + x_i . w

    logistic  log(1 + e^z) - y z     y = 1 for the larger of two labels
    linear    (z - y)^2 / 2
    poisson   e^z - y z

    n: rows, d: features, X: n x d raw features, b: intercept (not penalised), w: d, g: gradient (1 + d),
    H: Hessian (1 + d) x (1 + d)

Newton in float64 on columns centred and scaled to unit deviation (F is the same function of another
coordinate), damped by halving; then Newton steps whose gradient is summed in extended precision, until they
stop shrinking. What is printed:

    F          in extended precision at the point reached
    |gradient| of F in raw coordinates, 2-norm
    gap        g' H^-1 g / 2: how far F is above the optimum, up to terms of higher order

    python3 scripts/certify_optima.py --data data/breast_cancer.csv --model logistic --l2 1e-2 1e-4
"""
import argparse
import csv
import pathlib
import sys

import numpy as np

EXTENDED = np.longdouble  # 64-bit mantissa on x86; plain float64 where the platform has nothing longer
LABEL_COLUMNS = ("target", "label", "y", "class")


def read_libsvm(path):
    labels, entries = [], []
    with open(path, encoding="ascii") as file:
        for line in file:
            fields = line.split("#", 1)[0].split()
            if fields:
                labels.append(fields[0])
                entries.append([(int(k) - 1, float(v)) for k, v in (f.split(":") for f in fields[1:])])
    features = np.zeros((len(labels), 1 + max(k for row in entries for k, _ in row)))
    for i, row in enumerate(entries):
        for k, value in row:
            features[i, k] = value
    return features, labels


def read_csv(path, label_column, dropped):
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = [row for row in csv.reader(file) if row]
    if label_column is None:
        label_column = next((name for name in LABEL_COLUMNS if name in header), header[-1])
    unknown = {label_column, *dropped} - set(header)
    if unknown:
        sys.exit(f"{path}: no column named {', '.join(sorted(unknown))}; it has {', '.join(header)}")
    label = header.index(label_column)
    kept = [k for k, name in enumerate(header) if k != label and name not in dropped]
    return np.array([[float(row[k]) for k in kept] for row in rows]), [row[label] for row in rows]


def is_libsvm(path):
    with open(path, encoding="utf-8") as file:
        fields = file.readline().split()
    return len(fields) > 1 and all(":" in field for field in fields[1:])


def numeric_labels(labels, model):
    """Labels as float64; for the logistic loss 0 and 1 in the order of numbers, or of bytes for text."""
    try:
        y = np.array([float(label) for label in labels])
    except ValueError:
        if model != "logistic":
            raise
        y = np.array([label.encode() for label in labels])
    if model != "logistic":
        return y
    classes = np.unique(y)
    if len(classes) != 2:
        sys.exit(f"the logistic loss needs two classes, the labels have {len(classes)}")
    return (y == classes[1]).astype(float)


def loss_derivatives(model, y, z):
    """The loss of each row and its first and second derivative by z, in the precision of z."""
    if model == "linear":
        return (z - y) ** 2 / 2, z - y, np.ones_like(z)
    if model == "poisson":
        mean = np.exp(z)
        return mean - y * z, mean - y, mean
    tail = np.exp(-np.abs(z))
    positive = np.where(z >= 0, 1, tail) / (1 + tail)  # 1 / (1 + e^-z)
    negative = np.where(z >= 0, tail, 1) / (1 + tail)  # 1 / (1 + e^z)
    # log(1 + e^z) - yz without cancellation, for y in {0, 1}
    loss = np.log1p(tail) + np.maximum(np.where(y == 1, -z, z), 0)
    return loss, np.where(y == 1, -negative, positive), positive * negative


class Problem:
    """F in the coordinates (c, v) of centred and scaled columns: w = v / deviation, b = c - mean . w."""

    def __init__(self, features, y, model, l2, precision):
        features = features.astype(precision)
        self.mean = features.mean(axis=0)
        deviation = features.std(axis=0)
        self.deviation = np.where(deviation > 0, deviation, 1)
        self.columns = np.column_stack([np.ones_like(y, dtype=precision),
                                        (features - self.mean) / self.deviation])
        self.y, self.model = y.astype(precision), model
        self.penalty = np.concatenate([np.zeros(1, precision), precision(l2) / self.deviation ** 2])

    def value(self, v):
        loss, _, _ = loss_derivatives(self.model, self.y, self.columns @ v)
        return loss.mean() + self.penalty @ v ** 2 / 2

    def gradient(self, v):
        _, slope, _ = loss_derivatives(self.model, self.y, self.columns @ v)
        return self.columns.T @ slope / len(self.y) + self.penalty * v

    def hessian(self, v):
        _, _, curvature = loss_derivatives(self.model, self.y, self.columns @ v)
        return (self.columns.T * curvature) @ self.columns / len(self.y) + np.diag(self.penalty)

    def raw_gradient(self, scaled_gradient):
        """By the chain rule: dF/db = dF/dc, dF/dw = deviation * dF/dv + mean * dF/dc."""
        return np.concatenate([scaled_gradient[:1],
                               self.deviation * scaled_gradient[1:] + self.mean * scaled_gradient[0]])

    def raw_parameters(self, v):
        w = v[1:] / self.deviation
        return v[0] - self.mean @ w, w


def solve(hessian, right_hand_side):
    """float64; least squares copes with the flat directions of dependent columns when l2 = 0."""
    try:
        factor = np.linalg.cholesky(hessian)
        return np.linalg.solve(factor.T, np.linalg.solve(factor, right_hand_side))
    except np.linalg.LinAlgError:
        return np.linalg.lstsq(hessian, right_hand_side, rcond=None)[0]


def damped_newton(problem, v, iterations=200):
    value = problem.value(v)
    for _ in range(iterations):
        gradient = problem.gradient(v)
        step = -solve(problem.hessian(v), gradient)
        length = 1.0
        while length > 1e-12:
            trial = problem.value(v + length * step)
            if np.isfinite(trial) and trial < value + 1e-4 * length * (gradient @ step):
                break
            length /= 2
        else:
            return v  # no decrease is left that float64 could show
        v, value = v + length * step, trial
    return v


def refine(problem, hessian, v, iterations=60):
    """Newton steps in the precision of the problem with one float64 Hessian: a contraction near the optimum."""
    last = np.inf
    for _ in range(iterations):
        gradient = problem.gradient(v)
        scale = np.abs(gradient).max()
        if scale == 0:
            break
        step = solve(hessian, (gradient / scale).astype(float)).astype(v.dtype) * scale
        if np.abs(step).max() >= last:
            break
        v, last = v - step, np.abs(step).max()
    return v


def certify(features, y, model, l2):
    double = Problem(features, y, model, l2, np.float64)
    start = np.zeros(1 + features.shape[1])
    v = damped_newton(double, start)
    hessian = double.hessian(v)
    extended = Problem(features, y, model, l2, EXTENDED)
    # The two problems round mean and deviation differently, so v carries over through raw coordinates.
    b, w = double.raw_parameters(v)
    v = np.concatenate([[b + extended.mean @ w], w * extended.deviation]).astype(EXTENDED)
    v = refine(extended, hessian, v)
    gradient = extended.gradient(v)
    small = gradient.astype(float)
    return {"value": extended.value(v),
            "gradient_norm": np.sqrt((extended.raw_gradient(gradient) ** 2).sum()),
            "gap": abs(small @ solve(hessian, small)) / 2,
            "float64_value": double.value(v.astype(float)),
            "parameters": extended.raw_parameters(v)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="CSV with a header line, or LIBSVM")
    parser.add_argument("--model", choices=("logistic", "linear", "poisson"), required=True)
    parser.add_argument("--l2", type=float, nargs="+", default=[0.0])
    parser.add_argument("--label-column", help="default: target, label, y or class, else the last column")
    parser.add_argument("--drop", default="", metavar="A,B", help="CSV columns to leave out")
    parser.add_argument("--parameters", action="store_true", help="print intercept and coefficients too")
    options = parser.parse_args()
    if is_libsvm(options.data):
        features, labels = read_libsvm(options.data)
    else:
        features, labels = read_csv(options.data, options.label_column, set(filter(None, options.drop.split(","))))
    y = numeric_labels(labels, options.model)
    print(f"{options.data.name}: {features.shape[0]} rows x {features.shape[1]} features, {options.model}")
    print(f"{'l2':>8}  {'F':<24} {'|gradient|':>10} {'gap':>10}")
    for l2 in options.l2:
        result = certify(features, y, options.model, l2)
        value = np.format_float_positional(result["value"], precision=19, unique=False, fractional=False)
        print(f"{l2:8g}  {value:<24} {float(result['gradient_norm']):10.1e} {result['gap']:10.1e}")
        if options.parameters:
            b, w = result["parameters"]
            print(f"{'':8}  intercept {float(b)!r}\n{'':8}  coef {[float(x) for x in w]!r}")


if __name__ == "__main__":
    main()
