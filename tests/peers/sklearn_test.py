"""Optima against scikit-learn.

Its objectives, and ours in its terms (n rows, s_i weights, S = sum of s_i):
    Ridge                 sum s_i (z - y)^2 + alpha ||w||^2                       alpha = S l2
    LogisticRegression    C sum s_i loss + r ||w||_1 + (1 - r)/2 ||w||^2          r/C = S l1, (1 - r)/C = S l2
    PoissonRegressor      deviance: mean(e^z - y z) + alpha/2 ||w||^2             alpha = l2
    GammaRegressor        likewise with z + y e^-z                                alpha = l2
    Lasso, ElasticNet     mean (z - y)^2 / 2 + alpha (r ||w||_1 + (1 - r)/2 ||w||^2)   l1 = alpha r, l2 = alpha (1 - r)
    LinearSVC             C sum s_i max(0, 1 - y z)^2 + 1/2 ||w||^2: twice our loss,   C = 1 / (2 S l2)
    HuberRegressor        see huber_peer
"""
import contextlib
import functools
import warnings

import numpy as np
from sklearn import exceptions, linear_model, svm

import comparison
from comparison import SECOND_ORDER, Case, counts, durations, noisy_classes, shipped, standardised
from naive_risk import Risk, Rows

# Tolerances below the rounding level: the peer warns that it could not reach them, having gone as far as it can.
warnings.simplefilter("ignore", exceptions.ConvergenceWarning)
warnings.filterwarnings("ignore", module="scipy|sklearn")

# scipy's L-BFGS-B stops at a relative decrease of F below 2e-9, which no option of scikit-learn changes; started again
# from where it ended, it goes on.
RESTARTS, LBFGS_BOUND = 60, 1e-6
# L-BFGS may end at the rounding level of F, 1e-14 of it: about 1e-7 in the coefficients.
ROUNDING_BOUND = 1e-7
# LIBLINEAR stops as soon as F does not fall any more.
LIBLINEAR_BOUND = 1e-6


def fitted(model, risk):
    model.fit(risk.rows.x, risk.rows.y, sample_weight=risk.rows.weight)
    return model.coef_, model.intercept_


def ridge_peer(risk):
    y = 2 * risk.rows.y - 1 if risk.model == "adaline" else risk.rows.y
    model = (linear_model.LinearRegression() if risk.l2 == 0 else
             linear_model.Ridge(alpha=risk.weights().sum() * risk.l2, solver="cholesky"))
    model.fit(risk.rows.x, y, sample_weight=risk.rows.weight)
    return model.coef_, model.intercept_


def logistic_peer(risk, solver, tol=1e-14, class_weight=None, intercept=True):
    strength = risk.weights().sum() * (risk.l1 + risk.l2)
    ratio = risk.l1 / (risk.l1 + risk.l2) if strength > 0 else None
    penalty = "none" if strength == 0 else {0.0: "l2", 1.0: "l1"}.get(ratio, "elasticnet")
    model = linear_model.LogisticRegression(
        solver=solver, C=1 / strength if strength > 0 else 1.0, penalty=penalty, tol=tol, max_iter=100_000,
        l1_ratio=ratio if penalty == "elasticnet" else None, class_weight=class_weight, fit_intercept=intercept,
        multi_class="multinomial" if risk.model == "softmax" else "auto", random_state=0, warm_start=True)
    for _ in range(RESTARTS if solver == "lbfgs" else 1):
        fitted(model, risk)
    return model.coef_, model.intercept_


def glm_peer(risk):
    kind = {"poisson": linear_model.PoissonRegressor, "gamma": linear_model.GammaRegressor}[risk.model]
    return fitted(kind(alpha=risk.l2, solver="newton-cholesky", tol=1e-12, max_iter=1000), risk)


def elastic_net_peer(risk):
    alpha = risk.l1 + risk.l2
    model = linear_model.ElasticNet(alpha=alpha, l1_ratio=risk.l1 / alpha, tol=1e-16, max_iter=1_000_000)
    if risk.l2 == 0:
        model = linear_model.Lasso(alpha=alpha, tol=1e-16, max_iter=1_000_000)
    return fitted(model, risk)


def hinge_peer(risk):
    model = svm.LinearSVC(loss="squared_hinge", dual=False, C=1 / (2 * risk.weights().sum() * risk.l2),
                          fit_intercept=False, tol=1e-13, max_iter=100_000)
    return fitted(model, risk)


def huber_case(rows, alpha, epsilon):
    """HuberRegressor also fits a scale: it minimises over w, b and sigma, with r = z - y,

        sum (sigma + sigma H(r / sigma)) + alpha ||w||^2,   H(u) = u^2 for |u| <= epsilon, else 2 epsilon |u| - epsilon^2

    At its sigma, with delta = epsilon sigma, sigma H(r / sigma) = 2/sigma huber_delta(r) in both branches. Times
    sigma / (2 n), and without what w does not change: mean huber_delta + (alpha sigma / n) / 2 ||w||^2.
    So l2 = alpha sigma / n, and where (w, b, sigma) is its optimum, (w, b) is ours.
    """
    model = linear_model.HuberRegressor(epsilon=epsilon, alpha=alpha, tol=1e-14, max_iter=1_000_000, warm_start=True)
    model.fit(rows.x, rows.y)
    with contextlib.suppress(ValueError):  # a line search that finds nothing lower any more; the last fit is kept
        for _ in range(RESTARTS):
            model.fit(rows.x, rows.y)
    risk = Risk("huber", rows, l2=alpha * model.scale_ / len(rows.y), delta=epsilon * model.scale_)
    return Case(f"huber epsilon {epsilon:g} alpha {alpha:g}", risk, lambda _: (model.coef_, model.intercept_),
                coefficient_bound=LBFGS_BOUND)


def cases():
    cancer_raw, cancer_y = shipped("breast_cancer")
    cancer = Rows(standardised(cancer_raw), cancer_y)
    diabetes_raw, diabetes_y = shipped("diabetes")
    diabetes = Rows(standardised(diabetes_raw), diabetes_y)
    iris_x, iris_y = shipped("iris")
    digits_x, digits_y = shipped("digits")
    weights = np.random.default_rng(3).uniform(0.1, 4, len(cancer_y))
    weights[::17] = 0
    weighted = Rows(cancer.x, cancer_y, weights)
    count_rows = counts()
    plain_counts = Rows(count_rows.x, count_rows.y, count_rows.weight)
    balanced = tuple(len(cancer_y) / (2 * np.bincount(cancer_y.astype(int))))
    newton_cholesky = functools.partial(logistic_peer, solver="newton-cholesky")
    newton_cg = functools.partial(logistic_peer, solver="newton-cg", tol=1e-8)
    saga = functools.partial(logistic_peer, solver="saga", tol=1e-12)
    diabetes_weights = Rows(diabetes.x, diabetes_y, weights[:len(diabetes_y)])
    outliers = Rows(diabetes.x, np.where(np.arange(len(diabetes_y)) % 25 == 0, 3 * diabetes_y, diabetes_y))
    return [
        Case("linear least squares", Risk("linear", diabetes), ridge_peer),
        Case("linear ridge", Risk("linear", diabetes, l2=0.1), ridge_peer),
        Case("linear ridge raw features", Risk("linear", Rows(diabetes_raw, diabetes_y), l2=0.1), ridge_peer,
             optimizers=SECOND_ORDER),
        Case("linear ridge row weights", Risk("linear", diabetes_weights, l2=0.03), ridge_peer),
        Case("adaline", Risk("adaline", cancer, l2=1e-1), ridge_peer),
        Case("linear lasso", Risk("linear", diabetes, l1=2.0), elastic_net_peer, optimizers=("lbfgs",)),
        Case("linear elastic net", Risk("linear", diabetes, l1=1.5, l2=0.3), elastic_net_peer, optimizers=("lbfgs",)),
        Case("logistic l2 1e-2", Risk("logistic", cancer, l2=1e-2), newton_cholesky),
        Case("logistic l2 1e-4", Risk("logistic", cancer, l2=1e-4), newton_cholesky),
        Case("logistic raw features", Risk("logistic", Rows(cancer_raw, cancer_y), l2=1e-3), newton_cholesky,
             optimizers=SECOND_ORDER),
        Case("logistic newton-cg peer", Risk("logistic", cancer, l2=1e-2), newton_cg),
        Case("logistic lbfgs peer", Risk("logistic", cancer, l2=1e-1),
             functools.partial(logistic_peer, solver="lbfgs"), coefficient_bound=LBFGS_BOUND),
        Case("logistic no intercept", Risk("logistic", cancer, l2=1e-2),
             functools.partial(newton_cholesky, intercept=False), intercept=False),
        Case("logistic row weights zeros among them", Risk("logistic", weighted, l2=1e-2), newton_cholesky),
        Case("logistic class weight balanced", Risk("logistic", cancer, l2=1e-2, class_weight=balanced),
             functools.partial(newton_cholesky, class_weight="balanced"), options=("--class-weight", "balanced")),
        Case("logistic class weights and row weights", Risk("logistic", weighted, l2=1e-2, class_weight=(0.25, 3.0)),
             functools.partial(newton_cholesky, class_weight={0: 0.25, 1: 3.0}),
             options=("--class-weight", "class00:0.25,class01:3")),
        Case("logistic l1", Risk("logistic", cancer, l1=2e-2), saga, optimizers=("lbfgs",)),
        Case("logistic elastic net", Risk("logistic", cancer, l1=1e-2, l2=1e-2), saga, optimizers=("lbfgs",)),
        Case("softmax iris", Risk("softmax", Rows(standardised(iris_x), iris_y), l2=1e-3), newton_cg),
        Case("softmax digits", Risk("softmax", Rows(digits_x / 16, digits_y), l2=1e-2), newton_cg,
             coefficient_bound=ROUNDING_BOUND),
        Case("softmax class weights", Risk("softmax", noisy_classes(), l2=1e-2, class_weight=(1.0, 0.5, 2.0, 1.0)),
             functools.partial(newton_cg, class_weight={1: 0.5, 2: 2.0}),
             options=("--class-weight", "class01:0.5,class02:2")),
        Case("poisson", Risk("poisson", plain_counts, l2=1e-2), glm_peer),
        Case("gamma", Risk("gamma", durations(), l2=1e-2), glm_peer),
        huber_case(diabetes, alpha=10, epsilon=1.35),
        huber_case(outliers, alpha=1, epsilon=1.1),
        Case("squared hinge", Risk("squared-hinge", cancer, l2=1e-2), hinge_peer, intercept=False,
             coefficient_bound=LIBLINEAR_BOUND),
        # An intercept that liblinear penalises is the coefficient of a constant column.
        Case("squared hinge penalised intercept",
             Risk("squared-hinge", Rows(np.hstack([cancer.x, np.ones((len(cancer_y), 1))]), cancer_y), l2=1e-3),
             hinge_peer, intercept=False,
             coefficient_bound=LIBLINEAR_BOUND),
        Case("squared hinge row weights", Risk("squared-hinge", weighted, l2=1e-2), hinge_peer, intercept=False,
             coefficient_bound=LIBLINEAR_BOUND),
    ]


Optima = comparison.tests_of(cases())

if __name__ == "__main__":
    comparison.main()
