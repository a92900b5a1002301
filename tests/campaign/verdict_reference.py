"""The least F of a convex problem, by Newton's method in extended precision (80 bits: 19 digits).

Without L1 it works in an orthonormal basis of the columns, in which near-collinear columns are no trouble and columns
that repeat others drop out:

    B = [diag(s)^1/2 [x/c, 1]; l2^1/2 [diag(1/c), 0]] = Q R,   v = R u,
    z = diag(s)^-1/2 Q_1 v + o,   l2 ||w||^2 = ||Q_2 v||^2

with c the sizes of the columns and u = (c w, b). With L1 the basis must be that of the penalty: u itself, of centred
columns where there is an intercept. A coefficient at zero joins in when that promises a decrease, and leaves where the
exact line search along Newton's direction meets its kink.
"""
import dataclasses

import numpy as np
from scipy.optimize import linprog

from verdict_problems import Real

# Relative to the size of F's terms: the decrease that the quadratic model still promises at the reference.
PROMISE, LOOSEST_PROMISE = 1e-18, 1e-14
DEPENDENT = 1e-15  # what is left of a column, relative, where it is a combination of others but for rounding
EXACT_FIT = 1e-20  # of the size of F's terms at zero: terms smaller than this are nothing to measure by
ITERATIONS, BISECTIONS = 1000, 80


class NoFiniteOptimum(Exception):
    """F falls for ever along a direction."""


@dataclasses.dataclass
class Reference:
    value: Real
    promise: float  # decrease still promised, over the size of F's terms

    @property
    def is_good(self):
        return self.promise <= LOOSEST_PROMISE


@dataclasses.dataclass
class Coordinates:
    """F(v) = sum_i shares_i loss_i(a_i V + o_i) + 1/2 sum_k V_k^T P V_k + sum_k kink . |V_k|, V: r x K."""
    loss: object
    shares: np.ndarray   # n
    design: np.ndarray   # a: n x r
    offset: np.ndarray   # n
    penalty: np.ndarray  # P: r x r
    kink: np.ndarray     # r
    outputs: int

    def margins(self, v):
        return self.design @ v + self.offset[:, None]

    def value(self, v):
        smooth = (self.shares[:, None] * self.loss.value(self.margins(v))).sum() + (v * (self.penalty @ v)).sum() / 2
        return smooth + (self.kink[:, None] * np.abs(v)).sum()

    def size(self, v):
        return (self.shares[:, None] * self.loss.size(self.margins(v))).sum() + (v * (self.penalty @ v)).sum() / 2 + (
            self.kink[:, None] * np.abs(v)).sum()

    def gradient(self, v):
        """Of the smooth part, r x K."""
        return self.design.T @ (self.shares[:, None] * self.loss.slope(self.margins(v))) + self.penalty @ v

    def hessian(self, v):
        """rK x rK, V taken by columns."""
        h, k = self.loss.curvature(self.margins(v)), self.outputs
        blocks = [[np.zeros_like(self.penalty)] * k for _ in range(k)]
        for a in range(k):
            for b in range(k):
                p = h[:, a] * ((a == b) - h[:, b]) if k > 1 else h[:, 0]
                blocks[a][b] = (self.design.T * (self.shares * p)) @ self.design + (self.penalty if a == b else 0)
        return np.block(blocks)


# --- Coordinates of a problem ---

def columns(problem):
    """x/c and, with an intercept, a column of ones (n x m); 1/c, 0 for the intercept."""
    x = problem.x.astype(Real)
    size = np.sqrt((x ** 2).mean(axis=0))
    size[size == 0] = 1
    ones = np.ones((len(x), 1 if problem.intercept else 0), Real)
    return np.hstack([x / size, ones]), np.append(1 / size, np.zeros(ones.shape[1], Real))


def orthonormal(b):
    """Q of B's columns, those left out that depend on earlier ones: Gram-Schmidt, twice."""
    q = np.zeros((len(b), 0), Real)
    for column in b.T:
        length = np.sqrt(column @ column)
        rest = column / length if length > 0 else column
        for _ in range(2):
            rest = rest - q @ (q.T @ rest)
        left = np.sqrt(rest @ rest)
        if left > DEPENDENT:
            rest = rest / left
            rest = rest - q @ (q.T @ rest)
            q = np.hstack([q, (rest / np.sqrt(rest @ rest))[:, None]])
    return q


def orthonormal_coordinates(problem):
    shares = problem.row_shares()
    x, inverse = columns(problem)
    root = np.sqrt(shares)[:, None]
    q = orthonormal(np.vstack([root * x, np.diag(np.sqrt(Real(problem.l2)) * inverse)]))
    q_rows, q_penalty = q[:len(x)], q[len(x):]
    return Coordinates(problem.loss(), shares, q_rows / root, problem.offsets(), q_penalty.T @ q_penalty,
                       np.zeros(q.shape[1], Real), problem.outputs)


def coordinates_of_coefficients(problem):
    shares = problem.row_shares()
    x, inverse = columns(problem)
    if problem.intercept:
        x[:, :-1] -= shares @ x[:, :-1]
    return Coordinates(problem.loss(), shares, x, problem.offsets(), np.diag(Real(problem.l2) * inverse ** 2),
                       Real(problem.l1) * inverse, problem.outputs)


# --- Newton's method ---

def cholesky_solve(h, right):
    """h^-1 right for a matrix of unit diagonal that may be singular to rounding: then with a least shift."""
    shift = Real(1e-18)
    while True:
        lower = np.zeros_like(h)
        for j in range(len(h)):
            pivot = h[j, j] + shift - lower[j, :j] @ lower[j, :j]
            if not pivot > 0:
                break
            lower[j, j] = np.sqrt(pivot)
            lower[j + 1:, j] = (h[j + 1:, j] - lower[j + 1:, :j] @ lower[j, :j]) / lower[j, j]
        else:
            break
        shift *= 10
    solution = right.copy()
    for j in range(len(h)):
        solution[j] = (solution[j] - lower[j, :j] @ solution[:j]) / lower[j, j]
    for j in reversed(range(len(h))):
        solution[j] = (solution[j] - lower[j + 1:, j] @ solution[j + 1:]) / lower[j, j]
    return solution


def newton_direction(hessian, subgradient, active):
    """Minimiser of the quadratic model over the active parameters, and the decrease it promises."""
    h = hessian[np.ix_(active, active)]
    scale = np.sqrt(np.maximum(np.diag(h), np.finfo(Real).tiny))
    step = np.zeros_like(subgradient)
    step[active] = -cholesky_solve(h / np.outer(scale, scale), subgradient[active] / scale) / scale
    return step, -(step @ subgradient) / 2


def line_minimum(at, v, step):
    """The point of least F on v + t step, t > 0, by bisection of the slope; a coefficient whose kink it is, is zero."""
    z, dz = at.margins(v), at.design @ step
    slope_of_penalty, curvature_of_penalty = (step * (at.penalty @ v)).sum(), (step * (at.penalty @ step)).sum()
    kink = at.kink[:, None]

    def slope(t):
        sign = np.where(v + t * step != 0, np.sign(v + t * step), np.sign(step))
        return ((at.shares[:, None] * at.loss.slope(z + t * dz) * dz).sum() + slope_of_penalty
                + t * curvature_of_penalty + (kink * sign * step).sum())

    low, high = Real(0), Real(1)
    while slope(high) < 0 and high < 1e12:
        low, high = high, 2 * high
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    before, there = v + low * step, v + high * step
    return np.where((before * there <= 0) & (v != 0) & (kink > 0), 0, there)


def joining_step(at, v, hessian, subgradient, active, barred):
    """The zero that promises most when it joins in, Newton's step with it and the promise; -1 where none does."""
    noise = 1e-17 * (np.abs(at.design).T @ at.shares).max() * np.abs(at.loss.slope(at.margins(v))).max()
    best = (-1, None, 0)
    for j in np.flatnonzero(~active & (np.abs(subgradient) > noise)):
        joined = active.copy()
        joined[j] = True
        step, decrease = newton_direction(hessian, subgradient, joined)
        if j not in barred and decrease > best[2]:
            best = (j, step, decrease)
    return best


def minimise(at, v):
    """Newton's method from V on; returns the point and what is still promised there, relative.

    Along a direction without curvature (the common shift of softmax) the model promises what the next kink forbids: a
    coefficient that joined in and did not lower F is barred until F falls again.
    """
    r, k = v.shape
    least_size = EXACT_FIT * at.size(np.zeros_like(v))
    kink, barred, is_settled = np.tile(at.kink, k), set(), False
    for _ in range(ITERATIONS):
        flat, gradient, hessian = v.T.ravel(), at.gradient(v).T.ravel(), at.hessian(v)
        subgradient = np.where(flat != 0, gradient + kink * np.sign(flat),
                               np.sign(gradient) * np.maximum(0, np.abs(gradient) - kink))
        active = (flat != 0) | (kink == 0)
        step, decrease = newton_direction(hessian, subgradient, active)
        size = max(at.size(v), least_size)
        joined = -1
        if is_settled or decrease <= PROMISE * size:
            joined, step, gain = joining_step(at, v, hessian, subgradient, active, barred)
            if gain <= PROMISE * size:
                break
        there = line_minimum(at, v, step.reshape(k, r).T)
        if at.value(there) < at.value(v) - PROMISE * size:
            v, barred, is_settled = there, set(), False
        else:
            barred, is_settled = barred | {joined}, True
    return v, float(decrease / size)


def recedes(problem):
    """Without a penalty: is there a direction along which no loss grows and some fall for ever?"""
    rows = problem.counted_rows()
    return design_recedes(rows, orthonormal_coordinates(rows).design.astype(float))


def design_recedes(problem, a):
    """A linear program over directions d, one of the rows' falls summed; a: n x r, of columns of one size."""
    if problem.model == "softmax":
        k, y = problem.outputs, problem.y.astype(int)
        rows = [np.kron((np.arange(k) == y[i]).astype(float) - (np.arange(k) == other), a[i])
                for i in range(len(a)) for other in range(k) if other != y[i]]
        rising, fixed = np.array(rows), None
    elif problem.model == "logistic":
        rising, fixed = (2 * problem.y - 1)[:, None] * a, None
    elif problem.model == "poisson":
        rising, fixed = -a[problem.y == 0], a[problem.y > 0]
    else:
        return False
    if len(rising) == 0:
        return False
    found = linprog(-rising.sum(axis=0), A_ub=-rising, b_ub=np.zeros(len(rising)), A_eq=fixed,
                    b_eq=None if fixed is None else np.zeros(len(fixed)), bounds=(-1, 1), method="highs")
    return -found.fun > 1e-3


def reference(problem):
    """The least F. Raises NoFiniteOptimum."""
    with np.errstate(over="ignore"):  # of losses at points that the line search then leaves
        return reference_of_counted_rows(problem.counted_rows())


def reference_of_counted_rows(problem):
    at = coordinates_of_coefficients(problem) if problem.l1 > 0 else orthonormal_coordinates(problem)
    if problem.l1 == 0 and problem.l2 == 0 and design_recedes(problem, at.design.astype(float)):
        raise NoFiniteOptimum
    v = np.zeros((at.design.shape[1], at.outputs), Real)
    if problem.model == "huber":  # with few rows on the quadratic piece Newton's method wants a start nearby
        delta = np.abs(at.loss.slope(at.margins(v))).max() + np.abs(at.margins(v) - at.loss.y).max()
        while delta > 2 * problem.delta:
            eased = dataclasses.replace(at, loss=dataclasses.replace(problem, delta=delta).loss())
            v, _ = minimise(eased, v)
            delta /= 4
    v, promise = minimise(at, v)
    return Reference(at.value(v), promise)
