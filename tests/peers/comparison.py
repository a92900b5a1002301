"""Trains one problem with the trainer and compares its optimum with a peer's.

A case passes when, for each of its optimizers,
  - the run converged, and the objective it reports is F of its model file, evaluated by naive_risk.py;
  - our F is no larger than the peer's by more than 1e-12 (relative above 1): asserted always;
  - |F - F'| <= 1e-10 max(1, |F'|);
  - |w - w'| sd(x_j) <= 1e-8 max |w'| sd(x_j), and the intercept likewise: a coefficient times the deviation of its
    feature is what a change of one deviation does to the margin, so features of any unit count alike. Where a peer
    stops as soon as its F cannot fall any more, its coefficients have no more than half of the digits of F: such a
    case names a larger bound, and says why.
"""
import csv
import dataclasses
import json
import pathlib
import subprocess
import sys
import tempfile
import typing
import unittest

import h5py
import numpy as np

from naive_risk import CLASSIFIERS, Risk, Rows

SECOND_ORDER = ("newton", "newton-cg")
ALL = ("newton", "newton-cg", "lbfgs")
# Far below what the comparison asks for; the trainer calls the rounding level of F convergence as well.
TOLERANCES = {"newton": "1e-11", "newton-cg": "1e-11", "lbfgs": "1e-12"}


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    risk: Risk
    peer: typing.Callable[[Risk], tuple]  # -> coef (K x d), intercept (K)
    intercept: bool = True
    options: tuple = ()
    optimizers: tuple = ALL
    coefficient_bound: float = 1e-8
    libsvm: bool = False  # as sparse LIBSVM text instead of CSV; two classes


def libsvm_text(rows):
    return "".join(
        ("+1" if label == 1 else "-1") + "".join(f" {j + 1}:{v!r}" for j, v in enumerate(x.tolist()) if v != 0) + "\n"
        for label, x in zip(rows.y, rows.x, strict=True))


def write_csv(path, rows, class_names):
    """Columns f0, f1, ..., the special ones that there are, and the label `target`; 17 digits."""
    special = {key: column for key in ("weight", "offset", "exposure")
               if (column := getattr(rows, key)) is not None}
    with open(path, "w", newline="", encoding="ascii") as file:
        writer = csv.writer(file)
        writer.writerow([f"f{j}" for j in range(rows.x.shape[1])] + list(special) + ["target"])
        for i, x in enumerate(rows.x):
            label = class_names[int(rows.y[i])] if class_names else repr(float(rows.y[i]))
            writer.writerow([repr(float(v)) for v in (*x, *(column[i] for column in special.values()))] + [label])
    return [word for key in special for word in (f"--{key}-column", key)]


def class_names(risk):
    """Text on purpose: the order of the classes is that of their names."""
    if risk.model not in CLASSIFIERS:
        return []
    return [f"class{k:02d}" for k in range(int(risk.rows.y.max()) + 1)]


def train(trainer, case, optimizer, folder):
    """The trainer's summary, coefficients and intercept."""
    risk, data, run = case.risk, pathlib.Path(folder) / "data", pathlib.Path(folder) / optimizer
    if case.libsvm:
        data.write_text(libsvm_text(risk.rows), encoding="ascii")
        columns = ["--format", "libsvm"]
    else:
        columns = write_csv(data, risk.rows, class_names(risk)) + ["--format", "csv"]
    command = [trainer, "train", "--data", data, "--run", run, "--model", risk.model, "--optimizer", optimizer,
               "--l2", repr(risk.l2), "--l1", repr(risk.l1), "--max-iterations", "20000",
               "--tolerance", TOLERANCES[optimizer], "--threads", "1", "--progress", "none", *columns, *case.options]
    if risk.model == "huber":
        command += ["--delta", repr(risk.delta)]
    if not case.intercept:
        command += ["--no-intercept"]
    done = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
    with h5py.File(run / "model.h5") as model:
        return json.loads((run / "summary.json").read_text()), model["coef"][()], model["intercept"][()]


def scaled(risk, coef, intercept):
    """Parameters as effects of one deviation on the margin; those of softmax without their common shift."""
    effects = np.hstack([np.atleast_2d(coef) * risk.rows.x.std(axis=0), np.reshape(intercept, (-1, 1))])
    return effects - effects.mean(axis=0) if risk.model == "softmax" else effects


class PeerTest(unittest.TestCase):
    """Base of the tests that tests_of makes."""
    trainer = None
    maxDiff = None

    def compare(self, case):
        risk = case.risk
        their_coef, their_intercept = case.peer(risk)
        their_coef = np.asarray(their_coef, float).reshape(-1, risk.rows.x.shape[1])
        their_intercept = np.broadcast_to(np.asarray(their_intercept, float).ravel(), their_coef.shape[0])
        theirs = risk.value(their_coef, their_intercept)
        scale = max(1.0, abs(theirs))
        for optimizer in case.optimizers:
            with self.subTest(optimizer=optimizer), tempfile.TemporaryDirectory() as folder:
                summary, coef, intercept = train(self.trainer, case, optimizer, folder)
                ours = risk.value(coef, intercept)
                effects = scaled(risk, their_coef, their_intercept)
                distance = np.abs(scaled(risk, coef, intercept) - effects).max() / np.abs(effects).max()
                print(f"{case.name:<46} {optimizer:<9} F {ours:<19.13g} F - F' {(ours - theirs) / scale:8.1e}  "
                      f"w - w' {distance:7.1e}  {summary['iterations']:4d} iterations", flush=True)
                self.assertEqual(summary["status"], "converged", summary["reason"])
                self.assertAlmostEqual(summary["objective"], ours, delta=1e-13 * scale)
                self.assertLessEqual(ours, theirs + 1e-12 * scale, "the peer found a lower objective")
                self.assertLessEqual(abs(ours - theirs), 1e-10 * scale)
                self.assertLessEqual(distance, case.coefficient_bound)


def tests_of(cases):
    """A TestCase class with one test for each case, named for it."""
    def test(case):
        return lambda self: self.compare(case)

    names = [f"test_{case.name.replace(' ', '_')}" for case in cases]
    assert len(set(names)) == len(names), "two cases of one name"
    return type("Optima", (PeerTest,), {name: test(case) for name, case in zip(names, cases, strict=True)})


def main():
    """python3 <file> TRAINER [unittest options]"""
    if len(sys.argv) < 2 or not pathlib.Path(sys.argv[1]).is_file():
        sys.exit(f"usage: {sys.argv[0]} TRAINER [unittest options]; TRAINER is the built program")
    PeerTest.trainer = sys.argv.pop(1)
    unittest.main(module="__main__")


# --- Data that the cases share ---

DATA = pathlib.Path(__file__).resolve().parent.parent.parent / "data"


def shipped(name):
    """Features and class numbers or targets of data/<name>.csv."""
    with open(DATA / f"{name}.csv", newline="", encoding="ascii") as file:
        _, *lines = csv.reader(file)
    labels = [line[-1] for line in lines]
    try:
        y = np.array(labels, float)
    except ValueError:
        y = np.unique(labels, return_inverse=True)[1].astype(float)
    return np.array([line[:-1] for line in lines], float), y


def standardised(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


def counts(rows=600, features=6, seed=7):
    """Poisson counts with weights, offsets and exposures."""
    generator = np.random.default_rng(seed)
    x = generator.standard_normal((rows, features))
    offset, exposure = generator.normal(0, 0.3, rows), generator.uniform(0.5, 4, rows)
    rate = np.exp(x @ generator.normal(0, 0.4, features) + 0.3 + offset) * exposure
    return Rows(x, generator.poisson(rate).astype(float), generator.uniform(0.2, 3, rows), offset, exposure)


def durations(rows=500, features=5, seed=8):
    """Positive targets for the gamma model."""
    generator = np.random.default_rng(seed)
    x = generator.standard_normal((rows, features))
    mean = np.exp(x @ generator.normal(0, 0.5, features) + 1)
    return Rows(x, generator.gamma(2, mean / 2), generator.uniform(0.2, 3, rows))


def noisy_classes(rows=900, features=5, classes=4, seed=9):
    """Classes that overlap, so that an optimum exists without a penalty."""
    generator = np.random.default_rng(seed)
    x = generator.standard_normal((rows, features))
    margins = x @ generator.normal(0, 0.8, (features, classes)) + generator.gumbel(size=(rows, classes))
    return Rows(x, margins.argmax(axis=1).astype(float))
