"""Raw tables against statsmodels' formulas (patsy's treatment coding) and scikit-learn behind a StandardScaler: the same
coefficients, of the columns as they are, to 1e-9."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler
from statsmodels.genmod import families

ROWS = 1200


def people():
    """Words and numbers, a column of numbers that are categories, and labels of three kinds."""
    random = np.random.default_rng(11)
    job = random.choice(["nurse", "cook", "pilot", "baker"], ROWS, p=[0.4, 0.3, 0.2, 0.1])
    month = random.integers(1, 13, ROWS)
    age = random.integers(18, 80, ROWS)
    income = np.round(np.exp(random.normal(10, 0.7, ROWS)), 2)
    z = (0.03 * (age - 45) + np.log(income / 22000) + 0.6 * (job == "cook") - 0.9 * (job == "pilot")
         + 0.5 * np.sin(month / 2))
    return pd.DataFrame({"job": job, "month": month, "age": age, "income": income,
                         "works": (random.logistic(size=ROWS) < z).astype(int), "visits": random.poisson(np.exp(z / 2)),
                         "height": np.round(170 + 5 * z + random.normal(0, 9, ROWS), 3)})


def poisson(formula, table):
    return smf.glm(formula, table, family=families.Poisson())


class Columns(unittest.TestCase):
    trainer = None

    def train(self, table, *options):
        """Coefficients by the names of features, and the intercept."""
        with tempfile.TemporaryDirectory() as folder:
            data, run = pathlib.Path(folder) / "data.csv", pathlib.Path(folder) / "run"
            table.to_csv(data, index=False)
            command = [self.trainer, "train", "--data", data, "--run", run, "--tolerance", "1e-11", "--threads", "1",
                       "--progress", "none", *options]
            done = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads((run / "summary.json").read_text())["status"], "converged")
            with h5py.File(run / "model.h5") as model:
                names = [name.decode() for name in model["feature_names"][()]]
                return dict(zip(names, model["coef"][0], strict=True)), float(np.ravel(model["intercept"][()])[0])

    def assert_same(self, coefficients, intercept, parameters):
        """statsmodels names a level C(job)[T.cook]."""
        theirs = {name.replace("C(", "").replace(")[T.", "=").replace("]", ""): value
                  for name, value in parameters.items()}
        self.assertEqual(set(coefficients), set(theirs) - {"Intercept"})
        for name, value in theirs.items():
            ours = intercept if name == "Intercept" else coefficients[name]
            self.assertAlmostEqual(ours, value, delta=1e-9 * max(1, abs(value)), msg=name)

    def test_one_hot(self):
        formula = " ~ C(job) + C(month) + age + income"
        fits = {"works": ("logistic", smf.logit, {"method": "newton", "tol": 1e-14, "disp": 0}),
                "visits": ("poisson", poisson, {"tol": 1e-15, "maxiter": 100}),
                "height": ("linear", smf.ols, {})}
        for label, (model, fit, options) in fits.items():
            for optimizer in ("newton", "newton-cg"):
                with self.subTest(label=label, optimizer=optimizer):
                    table = people()[["job", "month", "age", "income", label]]
                    theirs = fit(label + formula, table).fit(**options).params
                    self.assert_same(*self.train(table, "--model", model, "--categorical", "auto,month",
                                                 "--optimizer", optimizer), theirs)

    def test_reference_and_order(self):
        table = people()[["height", "age", "job"]]
        theirs = smf.ols("height ~ C(job, Treatment('pilot')) + age", table).fit().params
        theirs = {name.replace(", Treatment('pilot')", ""): value for name, value in theirs.items()}
        self.assert_same(*self.train(table, "--model", "linear", "--label-column", "height", "--reference",
                                     "job=pilot"), theirs)

    def assert_same_names(self, coefficients, intercept, parameters):
        """A formula's columns have patsy's names, numpy's functions without np. before them."""
        theirs = {name.replace("np.", ""): value for name, value in parameters.items()}
        self.assertEqual(list(coefficients), [name for name in theirs if name != "Intercept"])
        for name, value in theirs.items():
            ours = intercept if name == "Intercept" else coefficients[name]
            self.assertAlmostEqual(ours, value, delta=1e-9 * max(1, abs(value)), msg=name)

    def test_formulas(self):
        table = people().assign(old=lambda t: np.where(t["age"] > 50, "over", "under"))
        formulas = ["height ~ age + C(job) + np.log(income) + age:old", "height ~ 0 + job*old + np.sqrt(age)",
                    "height ~ old:job + I((age - 45)**2 / 100):old", "height ~ C(month, Treatment(7)) + age*np.log1p(income)",
                    "height ~ 0 + age:old + C(job, Treatment(\"cook\")):old",
                    "height ~ (job + old + age)**2 - job:old"]
        for formula in formulas:
            with self.subTest(formula=formula):
                theirs = smf.ols(formula, table).fit().params
                self.assert_same_names(*self.train(table, "--model", "linear", "--formula", formula), theirs)
        formula = "visits ~ job*age + np.log(income)"
        theirs = poisson(formula, table).fit(tol=1e-15, maxiter=100).params
        self.assert_same_names(*self.train(table, "--model", "poisson", "--formula", formula), theirs)

    def test_polynomials(self):
        """The columns of poly() are those of R: the Q of a QR of the powers about the mean, with R's diagonal above 0."""
        random = np.random.default_rng(5)
        table = pd.DataFrame({"even": np.arange(500.0), "normal": random.normal(size=500), "year": random.integers(1950, 2020, 500),
                              "skew": np.exp(random.normal(size=500)), "far": 1e6 + random.uniform(size=500), "y": 0})
        for column in ("even", "normal", "year", "skew", "far"):
            for degree in (1, 2, 5):
                with self.subTest(column=column, degree=degree), tempfile.TemporaryDirectory() as folder:
                    data, out = pathlib.Path(folder) / "data.csv", pathlib.Path(folder) / "out.h5"
                    table.to_csv(data, index=False)
                    subprocess.run([self.trainer, "convert", "--data", data, "--output", out, "--formula",
                                    f"y ~ poly({column}, {degree})"], check=True, capture_output=True)
                    with h5py.File(out) as file:
                        ours = file["X"][()]
                    x = np.asarray(table[column], float) - np.mean(table[column])
                    q, r = np.linalg.qr(np.vander(x / np.abs(x).max(), degree + 1, increasing=True))
                    theirs = (q * np.sign(np.diag(r)))[:, 1:]
                    self.assertLess(np.abs(ours - theirs).max(), 1e-12)

    def test_dropped_rows(self):
        table = people()[["job", "age", "height"]].astype({"age": float})
        table.loc[::7, "age"] = np.nan
        table.loc[::11, "job"] = None
        theirs = smf.ols("height ~ C(job) + age", table).fit().params  # leaves them out by itself
        self.assert_same(*self.train(table, "--model", "linear", "--missing", "drop"), theirs)

    def test_standardised(self):
        table = people()[["age", "income", "month", "works", "height"]]
        x = table[["age", "income", "month"]].to_numpy(float)
        scaler = StandardScaler().fit(x)
        l2 = 0.05
        peers = {"works": LogisticRegression(C=1 / (ROWS * l2), solver="newton-cholesky", tol=1e-14, max_iter=1000),
                 "height": Ridge(alpha=ROWS * l2, solver="cholesky")}
        for label, peer in peers.items():
            model = "logistic" if label == "works" else "linear"
            theirs = np.ravel(peer.fit(scaler.transform(x), table[label]).coef_) / scaler.scale_
            for optimizer in ("newton", "lbfgs", "newton-cg"):
                with self.subTest(label=label, optimizer=optimizer):
                    ours, _ = self.train(table[["age", "income", "month", label]], "--model", model, "--standardize",
                                         "--l2", l2, "--optimizer", optimizer)
                    effects = (np.array(list(ours.values())) - theirs) * scaler.scale_
                    self.assertLess(np.abs(effects).max(), 1e-9)


if __name__ == "__main__":
    if len(sys.argv) < 2 or not pathlib.Path(sys.argv[1]).is_file():
        sys.exit(f"usage: {sys.argv[0]} TRAINER [unittest options]; TRAINER is the built program")
    Columns.trainer = sys.argv.pop(1)
    unittest.main()
