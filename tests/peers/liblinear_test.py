"""Optima against LIBLINEAR, on LIBSVM text that both programs read.

    -s 0  1/2 ||w||^2 + C sum log(1 + e^(-y z))        C = 1 / (n l2)
    -s 2  1/2 ||w||^2 + C sum max(0, 1 - y z)^2        C = 1 / (2 n l2): twice our loss

It stops as soon as F does not fall any more in float64: its coefficients then have about half of the digits of F, and
the bound on them is 1e-6.

Its intercept (-B 1) is the coefficient of a constant last feature and is penalised; a constant column of the data
and --no-intercept make it the same problem for the trainer.
"""
import pathlib
import subprocess
import tempfile

import numpy as np

import comparison
from comparison import Case, libsvm_text, shipped
from naive_risk import Risk, Rows

SOLVERS = {"logistic": ("0", 1.0), "squared-hinge": ("2", 0.5)}  # -s, C n l2


def scaled_to_one(x):
    """Each feature in [-1, 1], four digits, zeros among them: the make of LIBSVM's scaled sets."""
    low, high = x.min(axis=0), x.max(axis=0)
    return np.round(2 * (x - low) / np.where(high > low, high - low, 1) - 1, 4)


def liblinear_peer(risk):
    rows, (solver, factor) = risk.rows, SOLVERS[risk.model]
    with tempfile.TemporaryDirectory() as folder:
        data, model = pathlib.Path(folder) / "data", pathlib.Path(folder) / "model"
        data.write_text(libsvm_text(rows))
        command = ["liblinear-train", "-q", "-s", solver, "-e", "1e-13",
                   "-c", repr(factor / (len(rows.y) * risk.l2)), str(data), str(model)]
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        head, values = model.read_text().split("\nw\n")
    first_label = next(line for line in head.splitlines() if line.startswith("label")).split()[1]
    sign = 1.0 if first_label == "1" else -1.0  # its z is that of the label it saw first
    return sign * np.array(values.split(), float), 0.0


def cases():
    cancer_x, cancer_y = shipped("breast_cancer")
    digits_x, digits_y = shipped("digits")
    cancer = Rows(np.hstack([scaled_to_one(cancer_x), np.ones((len(cancer_y), 1))]), cancer_y)
    digits = Rows(digits_x / 16, (digits_y >= 5).astype(float))
    return [Case(f"{name} {model} l2 {l2:g}", Risk(model, rows, l2=l2), liblinear_peer, intercept=False,
                 libsvm=True, coefficient_bound=1e-6)
            for name, rows in (("breast_cancer", cancer), ("digits", digits))
            for model in SOLVERS
            for l2 in (1e-1, 1e-3)]


Optima = comparison.tests_of(cases())

if __name__ == "__main__":
    comparison.main()
