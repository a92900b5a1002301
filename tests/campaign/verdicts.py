#!/usr/bin/env python3
"""Campaign of wrong verdicts: no run that says "converged" lies above the optimum.

Trains random convex problems in awkward units (verdict_problems.py) by each full-batch optimizer, recomputes F at the
parameters of model.h5 in extended precision, and compares with a reference in extended precision
(verdict_reference.py). A verdict is wrong when a run says "converged" and

  - F - F* is above 1e-8 of the size of F's terms, or
  - there is no finite optimum (separated classes, a group without counts; exit code 69 is right),

or when it says that there is no finite optimum where there is one.

Prints each wrong verdict with the command that repeats it, then a table.

    tests/campaign/verdicts.py                                             # 8 models x 5 optimizers x 50 problems
    tests/campaign/verdicts.py --models huber --optimizers lbfgs,gd --only 17 --keep build/campaign

Exit code: 0 no verdict is wrong, 1 one is, or a run ended in an unforeseen way, 2 a reference failed.
"""
import sys

import h5py
import numpy as np

import campaign
import verdict_problems
from campaign import Verdict
from verdict_reference import NoFiniteOptimum, reference

WORST_EXCESS = 1e-8
REFERENCE_EXCESS = -1e-10  # a run that lies further below the reference shows that the reference failed


def least_value(problem):
    """The reference, or None where F has no finite optimum."""
    try:
        return reference(problem)
    except NoFiniteOptimum:
        return None


def judge(problem, least, run):
    if run.denies_optimum and least is not None:
        return Verdict("wrong", np.inf, f"there is a finite optimum; {run.message}")
    if (verdict := run.verdict_without_result()) is not None:
        return verdict
    reason = run.summary()["reason"]
    if least is None:
        return Verdict("wrong", np.inf, f"there is no finite optimum; {reason}")
    with h5py.File(run.folder / "model.h5") as model:
        value, size = verdict_problems.objective(problem, model["coef"][()], model["intercept"][()])
    excess = float((value - least.value) / size)
    if not least.is_good or excess < REFERENCE_EXCESS:
        return Verdict("no reference", excess, f"promise {least.promise:.1e}")
    is_right = excess <= WORST_EXCESS  # a NaN is wrong
    return Verdict("right" if is_right else "wrong", excess, reason)


CAMPAIGN = campaign.Campaign("verdicts.py", __doc__, verdict_problems.MODELS, tuple(campaign.OPTIMIZERS),
                             verdict_problems.make_problem, least_value, judge,
                             ("right", "wrong", "not converged", "failed", "other", "no reference"))

if __name__ == "__main__":
    sys.exit(campaign.main(CAMPAIGN))
