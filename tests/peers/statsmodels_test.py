"""Optima against statsmodels: likelihoods without a penalty, with weights, offsets and exposures."""
import numpy as np
import statsmodels.api as sm

import comparison
from comparison import SECOND_ORDER, Case, counts, durations, noisy_classes, shipped, standardised
from naive_risk import Risk, Rows


def with_constant(x):
    return np.hstack([np.ones((len(x), 1)), x])


def parts(parameters):
    return parameters[1:], parameters[0]


def glm(risk, family):
    model = sm.GLM(risk.rows.y, with_constant(risk.rows.x), family=family, offset=risk.rows.offset,
                   exposure=risk.rows.exposure, var_weights=risk.rows.weight)
    return parts(model.fit(method="IRLS", maxiter=200, tol=1e-15, tol_criterion="params").params)


def poisson_peer(risk):
    return glm(risk, sm.families.Poisson())


def gamma_peer(risk):
    return glm(risk, sm.families.Gamma(link=sm.families.links.log()))


def binomial_peer(risk):
    return glm(risk, sm.families.Binomial())


def gaussian_peer(risk):
    return glm(risk, sm.families.Gaussian())


def logit_peer(risk):
    return parts(sm.Logit(risk.rows.y, with_constant(risk.rows.x)).fit(
        method="newton", maxiter=100, tol=1e-14, disp=False).params)


def mnlogit_peer(risk):
    """Class 0 is its reference, with parameters 0: the same model up to the shift that is common to all classes."""
    parameters = sm.MNLogit(risk.rows.y, with_constant(risk.rows.x)).fit(
        method="newton", maxiter=100, tol=1e-14, disp=False).params  # 1 + d x K - 1
    parameters = np.hstack([np.zeros((len(parameters), 1)), parameters]).T
    return parameters[:, 1:], parameters[:, 0]


def cases():
    rows = counts()
    diabetes_x, diabetes_y = shipped("diabetes")
    classes = noisy_classes()
    two_classes = Rows(classes.x, (classes.y >= 2).astype(float))
    weighted_classes = Rows(two_classes.x, two_classes.y, counts(len(two_classes.y)).weight, rows.offset.repeat(2)[:900])
    return [
        Case("poisson", Risk("poisson", Rows(rows.x, rows.y)), poisson_peer),
        Case("poisson offset", Risk("poisson", Rows(rows.x, rows.y, offset=rows.offset)), poisson_peer),
        Case("poisson exposure", Risk("poisson", Rows(rows.x, rows.y, exposure=rows.exposure)), poisson_peer),
        Case("poisson weights offset and exposure", Risk("poisson", rows), poisson_peer),
        Case("gamma log link", Risk("gamma", Rows(durations().x, durations().y)), gamma_peer),
        Case("gamma log link weights", Risk("gamma", durations()), gamma_peer),
        Case("linear weights and offset", Risk("linear", Rows(rows.x, rows.y, rows.weight, rows.offset)),
             gaussian_peer),
        Case("linear raw features", Risk("linear", Rows(diabetes_x, diabetes_y)), gaussian_peer,
             optimizers=SECOND_ORDER),
        Case("linear standardised features", Risk("linear", Rows(standardised(diabetes_x), diabetes_y)),
             gaussian_peer),
        Case("logit", Risk("logistic", two_classes), logit_peer),
        Case("binomial weights and offset", Risk("logistic", weighted_classes), binomial_peer),
        Case("mnlogit", Risk("softmax", classes), mnlogit_peer),
    ]


Optima = comparison.tests_of(cases())

if __name__ == "__main__":
    comparison.main()
