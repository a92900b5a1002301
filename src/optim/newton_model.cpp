#include "optim/newton_model.h"

#include "base/interrupt.h"
#include "base/lanes.h"
#include "optim/conjugate_gradients.h"
#include "optim/newton_system.h"
#include "optim/scaling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace lockstep {

namespace {

/// A damped direction that promises less than this part of F's terms crawls along what the damping hides.
constexpr double kLate = 1e-3;

Vector on_face(Vector v, const Vector& free) {
  return free.size() == 0 ? v : Vector(v.cwiseProduct(free));
}

/// What rounding of the margins alone may promise: with margins off by ε Σ_j |x_ij u_j| it is about
/// ½ (ε Σ_j √h_j |u_j|)², h the diagonal of the curvature.
double rounding_of_promise(const Vector& diagonal, const Vector& u) {
  constexpr double kRounding = 8 * std::numeric_limits<double>::epsilon();
  double size = 0;
  for (Index j = 0; j < diagonal.size(); ++j) {
    size += std::sqrt(std::abs(diagonal[j])) * std::abs(u[j]);
  }
  return 0.5 * (kRounding * size) * (kRounding * size);
}

/// What rounding of g, about ε √S a component where S_jj ≥ 1, may promise of directions that the damped factor takes
/// for those of curvature λ.
double rounding_of_residual(double damping, const Iterate& from) {
  constexpr double kRounding = 4 * std::numeric_limits<double>::epsilon();
  return 0.5 * static_cast<double>(from.w.size()) * kRounding * kRounding * from.scale / damping;
}

/// F falls by no more than the size of its terms: where that is rounding, an exact fit, no promise is more.
void bound_by_terms(const Iterate& from, Direction& direction) {
  if (from.scale <= direction.rounding) {
    direction.newton_decrease = from.scale;
  }
}

void replicate(Vector& v, Objective& objective) {
  objective.replicate(std::span(v.data(), static_cast<std::size_t>(v.size())));
}

/// Takes y, in the scaling D, as the direction.
void take_solution(const Vector& y, const Vector& scales, const Iterate& from, Objective& objective,
                   Direction& direction) {
  direction.d = y.cwiseProduct(scales);
  objective.remove_invariant(direction.d);
  direction.slope = dot(from.gradient, direction.d);
}

/// q is a lower bound; it is Newton's promise where nothing of the size of what is negligible hides beside it. Where it
/// is known how much at most hides, that is of the promise.
double known_decrease(const KrylovSolution& solution, double negligible) {
  return solution.resolved || solution.decrease > negligible ? solution.decrease + solution.hidden : -1;
}

/// x ↦ D B D x + λ x on the face.
std::function<bool(const Vector&, Vector&)> scaled_product(const Vector& scales, const Vector& free, const Vector& w,
                                                           Curvature curvature, double damping, Objective& objective) {
  return [&, curvature, damping](const Vector& v, Vector& product) {
    const bool stop = objective.curvature_product(w, scales.cwiseProduct(v), curvature, product);
    product = on_face(scales.cwiseProduct(product), free) + damping * v;
    return stop;
  };
}

/// D of direction_by_products, and μ, below all eigenvalues of D B D on the face (0: not known).
struct Scaling {
  Vector d;
  double least_eigenvalue = 0;
};

/// L2 leaves penalised parameters a curvature of at least μ_j D_j², the least of which is m. Columns that can stand in
/// for an intercept leave it about m / L, L the largest eigenvalue of all: its unit is made longer, so that it has m as
/// well. That costs conjugate gradients about one product an intercept.
Scaling scaling_with_floor(const Vector& d, const Vector& diagonal, const Vector& free, const Vector& least_curvature) {
  constexpr double kUnit = 8;  // enough for L ≤ 64
  Scaling scaling{d, 0};
  double m = std::numeric_limits<double>::infinity();
  bool is_penalised = true;
  for (Index j = 0; j < least_curvature.size(); ++j) {
    if (free.size() > 0 && free[j] == 0) {
      continue;
    }
    if (least_curvature[j] > 0) {
      m = std::min(m, least_curvature[j] * d[j] * d[j]);
    } else if (diagonal.size() > 0 && diagonal[j] > 0) {
      scaling.d[j] *= kUnit;
      is_penalised = false;
    } else {
      return {d, 0};
    }
  }
  scaling.least_eigenvalue = is_penalised ? m : m / 2;
  return std::isfinite(m) && scaling.least_eigenvalue > kLeastVisible ? scaling : Scaling{d, 0};
}

/// The damped factor P is nearly the inverse on all but the directions that rounding hides; there it is far too small,
/// which conjugate gradients find at once.
void refine(const Factorisation& system, const Vector& right, const Vector& free, const Iterate& from,
            double negligible, Objective& objective, Direction& direction) {
  const LinearOperator a{scaled_product(system.scales(), free, from.w, Curvature::gauss_newton, 0, objective),
                         [&](Vector& v) {
                           v = on_face(system.solve(v), free);
                           replicate(v, objective);
                         }};
  KrylovSettings settings;
  settings.negligible = negligible;
  settings.invisible = 1e-10;  // P amplifies what hides
  // Of the replicated damping, since it decides how many products all ranks take.
  settings.rounding = rounding_of_residual(direction.damping, from);
  settings.largest_curvature = 1;
  const KrylovSolution solution = conjugate_gradients(a, right, settings);
  direction.products += solution.products;
  direction.stop_requested = solution.stop_requested;
  direction.newton_decrease = known_decrease(solution, negligible);
  if (solution.decrease > direction.predicted_decrease()) {
    take_solution(solution.y, system.scales(), from, objective, direction);
  }
}

/// Component of u in the directions whose curvature λ outweighs: λ (S + λ I)⁻¹, thrice, leaves next to nothing of the
/// others.
Vector hidden_part(const Factorisation& system, const Vector& u, Objective& objective) {
  constexpr int kTimes = 3;
  Vector y = u.cwiseQuotient(system.scales());
  for (int i = 0; i < kTimes; ++i) {
    y = system.damping() * system.solve(y);
  }
  replicate(y, objective);
  Vector hidden = y.cwiseProduct(system.scales());
  objective.remove_invariant(hidden);
  return hidden;
}

/// A factor that a rank has given up is given up by all.
std::unique_ptr<Factorisation> factored(const SymmetricSolver& solver, const CurvatureMatrix& curvature,
                                        Objective& objective) {
  if (curvature.hessian.size() < kInterruptible) {
    return solver.factor(curvature);
  }
  std::unique_ptr<Factorisation> factor;
  try {
    factor = solver.factor(curvature);
  } catch (const Interrupted&) {  // told by its absence
  }
  if (objective.any(factor == nullptr)) {
    throw Agreed<Interrupted>("a factorisation was given up");
  }
  return factor;
}

}  // namespace

Direction direction_by_factor(const SymmetricSolver& solver, const SymmetricMatrix& hessian, const Vector& free,
                              const Iterate& from, double negligible, Objective& objective) {
  CurvatureMatrix curvature{hessian, free};
  objective.fill_invariant(curvature.hessian);
  const std::unique_ptr<Factorisation> factor = factored(solver, curvature, objective);
  const Factorisation& system = *factor;
  const Vector right = on_face(-from.gradient.cwiseProduct(system.scales()), free);

  Direction direction;
  direction.is_newton = true;
  direction.rounding = rounding_of_promise(system.diagonal(), from.w);
  Vector packed(right.size() + 1);  // rank 0's solution is everyone's: kernels may differ between nodes
  packed << system.solve(right), system.damping();
  replicate(packed, objective);
  direction.damping = packed[right.size()];
  take_solution(packed.head(right.size()), system.scales(), from, objective, direction);
  direction.dependent = system.dependent_parameters();
  if (direction.damping == 0) {
    direction.newton_decrease = direction.predicted_decrease();
  } else if (direction.predicted_decrease() <= std::max(negligible, kLate * from.scale)) {
    refine(system, right, free, from, negligible, objective, direction);
    direction.hidden = objective.can_recede() ? hidden_part(system, from.w, objective) : Vector();
  }
  bound_by_terms(from, direction);
  return direction;
}

Direction direction_by_products(const TruncatedNewton& settings, const Vector& diagonal, const Vector& free,
                                const Iterate& from, double negligible, Objective& objective) {
  const bool has_diagonal = diagonal.size() > 0;
  Scaling scaling{has_diagonal ? power_of_two_scales(diagonal) : Vector(Vector::Ones(from.w.size())), 0};
  if (settings.tail > 0) {
    scaling = scaling_with_floor(scaling.d, diagonal, free, objective.structure().least_curvature);
  }
  const Vector& scales = scaling.d;
  const Vector right = on_face(-scales.cwiseProduct(from.gradient), free);
  Direction direction;
  direction.is_newton = settings.damping == 0;
  direction.damping = settings.damping;
  direction.scaled_norm = norm(right);
  direction.forcing = settings.forcing(direction.scaled_norm);
  direction.rounding = rounding_of_promise(diagonal, from.w);

  const LinearOperator a{scaled_product(scales, free, from.w, settings.curvature, settings.damping, objective), {}};
  KrylovSettings krylov;
  krylov.forcing = direction.forcing;
  krylov.negligible = settings.damping == 0 ? negligible : 0;
  krylov.rounding = settings.damping == 0 ? direction.rounding : 0;
  krylov.largest_curvature = has_diagonal ? scales.cwiseAbs2().cwiseProduct(diagonal).maxCoeff() : 0;
  krylov.least_eigenvalue = scaling.least_eigenvalue;
  krylov.tail = settings.tail;
  krylov.max_products = settings.max_products;
  const KrylovSolution solution = conjugate_gradients(a, right, krylov);
  direction.products = solution.products;
  direction.stop_requested = solution.stop_requested;
  direction.newton_decrease = settings.damping == 0 ? known_decrease(solution, negligible) : -1;
  // ⟨g, d⟩ + ½ dᵀBd, by B d from the residual.
  direction.model_change = -0.5 * (dot(solution.y, right) + dot(solution.y, solution.residual) +
                                   settings.damping * dot(solution.y, solution.y));
  take_solution(solution.y, scales, from, objective, direction);
  if (settings.damping == 0) {
    bound_by_terms(from, direction);
  }
  return direction;
}

}  // namespace lockstep
