#!/usr/bin/env python3
"""Campaign of optima at infinity: a run says "no finite optimum" exactly where there is none.

Trains small random problems, many of them separated or nearly so, without a penalty by each full-batch optimizer. A
linear program decides whether F recedes: whether there is a direction along which no row's loss grows and some fall
for ever (verdict_reference.py). A verdict is wrong when a run says

  - "converged" of a problem that recedes, or
  - "no finite optimum", or that the classes are separated, of one that has an optimum.

Prints each wrong verdict with the command that repeats it, then a table: "converged" and "receding" are right.

    tests/campaign/recession.py                                            # 3 models x 4 optimizers x 50 problems
    tests/campaign/recession.py --models softmax --optimizers lbfgs,gd --only 17 --keep build/campaign

Exit code: 0 no verdict is wrong, 1 one is, or a run ended in an unforeseen way.
"""
import sys

import numpy as np

import campaign
from campaign import Verdict
from verdict_problems import Problem
from verdict_reference import recedes

MODELS = ("logistic", "softmax", "poisson")
OPTIMIZERS = tuple(name for name in campaign.OPTIMIZERS if name != "lbfgs-l1")


def features(random, n, d):
    """Normal columns; the first may be an indicator of few rows, or whole numbers, which tie."""
    x = random.standard_normal((n, d))
    kind = random.integers(5)
    if kind == 1:
        x[:, 0] = random.random(n) < 0.1
    elif kind == 2:
        x[:, 0] = np.round(x[:, 0])
    return x


def labels(random, model, x):
    """Noise that weighs much beside the margins, little, or next to nothing."""
    n, d = x.shape
    strength = random.choice([0.5, 3, 20])
    if model == "softmax":
        margins = strength * x @ random.standard_normal((d, 3)) + random.gumbel(size=(n, 3))
        return np.unique(margins.argmax(axis=1), return_inverse=True)[1].astype(float)
    margin = strength * x @ random.standard_normal(d) + random.standard_normal()
    if model == "logistic":
        return (margin + random.logistic(size=n) > 0).astype(float)
    return random.poisson(np.exp(np.clip(margin - random.choice([0, 2, 5]), -20, 4))).astype(float)


def all_but_separated(random, x):
    """Two classes on either side of a plane, and a row of each that lies 1e-4 to 0.1 beyond it; x: n x d."""
    normal = random.standard_normal(x.shape[1])
    normal /= np.linalg.norm(normal)
    beyond = 10 ** random.uniform(-4, -1)
    y = (x @ normal > 0).astype(float)
    border = x[:2] - np.outer(x[:2] @ normal, normal)
    return np.vstack([x, border + np.outer([beyond, -beyond], normal)]), np.append(y, [0.0, 1.0])


def make_problem(model, seed, number):
    """A pure function of its arguments. The rows that count have two labels at least."""
    random = np.random.default_rng([seed, MODELS.index(model), number])
    while True:
        n, d = int(random.choice([8, 20, 60, 200])), int(random.integers(1, 5))
        x = features(random, n, d)
        y = labels(random, model, x)
        if model == "logistic" and random.random() < 0.2:
            x, y = all_but_separated(random, x)
        rows = len(y)
        weight = 10 ** random.uniform(-3, 3, rows) * (random.random(rows) > 0.3) if random.random() < 0.3 else None
        if len(np.unique(y if weight is None else y[weight > 0])) > 1:
            return Problem(model, x * 10 ** random.uniform(-6, 6, d), y, weight)


def judge(_, is_receding, run):
    truth = "F recedes" if is_receding else "there is a finite optimum"
    if run.denies_optimum:
        return Verdict("receding") if is_receding else Verdict("wrong", note=f"{truth}; {run.message}")
    if (verdict := run.verdict_without_result()) is not None:
        return verdict
    return Verdict("wrong", note=f"{truth}; {run.summary()['reason']}") if is_receding else Verdict("converged")


CAMPAIGN = campaign.Campaign("recession.py", __doc__, MODELS, OPTIMIZERS, make_problem, recedes, judge,
                             ("converged", "receding", "wrong", "not converged", "failed", "other"))

if __name__ == "__main__":
    sys.exit(campaign.main(CAMPAIGN))
