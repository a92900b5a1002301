/// Limited-memory BFGS (J. Nocedal, S. Wright, Numerical Optimization, 2nd ed., Alg. 7.4 and 7.5), and OWL-QN for an L1
/// penalty (G. Andrew, J. Gao, ICML 2007).
///
///   d = −H g,  H the BFGS inverse Hessian made of the last m pairs on H₀ = (sᵀy / yᵀy) I
///
/// | symbol | meaning                                                      | shape |
/// | g      | ∇F; with L1 the subgradient of least norm                    | p     |
/// | s, y   | changes of the point and of the gradient of the smooth part  | p     |
/// | m      | memory                                                       | 1     |
///
/// With L1 the recursion runs on the face of free parameters only, s and y restricted to them (after R. Byrd, G. Chin,
/// J. Nocedal, F. Oztoprak, "A family of second-order methods for convex ℓ1-regularized optimization", Math. Program.
/// 159 (2016)): once the support stands still it is plain L-BFGS there, which plain OWL-QN, whose projection of the
/// direction distorts the step, is not.
#include "base/lanes.h"
#include "optim/line_search.h"
#include "optim/line_search_terms.h"
#include "optim/orthant.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace lockstep {

namespace {

/// Where F is flat to rounding the gradient norm must reach a new least value within so many iterations: it does not
/// fall at each of them, and at its own rounding it never does.
constexpr std::int64_t kFlatIterations = 100;

/// A pair is of use when sᵀy is above its rounding: H stays positive definite (cautious update).
bool is_curved(double sy, double ss, double yy) {
  return sy > std::numeric_limits<double>::epsilon() * std::sqrt(ss) * std::sqrt(yy);
}

/// Vectors restricted to the free parameters; all of them are free where the mask is empty.
struct Face {
  Vector free;  // 0 or 1, p

  double inner(const Vector& a, const Vector& b) const { return free.size() == 0 ? dot(a, b) : dot(restricted(a), b); }
  Vector restricted(const Vector& a) const { return a.cwiseProduct(free); }
  /// to += a v
  void add(Vector& to, double a, const Vector& v) const {
    if (free.size() == 0) {
      to += a * v;
    } else {
      to += a * restricted(v);
    }
  }
};

/// v ← H v on the face (v zero outside it), by the two-loop recursion.
void apply_inverse_hessian(const LbfgsState& pairs, const Face& face, Vector& v) {
  const std::size_t m = pairs.point_changes.size();
  std::vector<double> sy(m);
  std::vector<double> alpha(m);
  double scale = 0;  // sᵀy / yᵀy of the newest pair
  for (std::size_t k = m; k-- > 0;) {
    const Vector& s = pairs.point_changes[k];
    const Vector& y = pairs.gradient_changes[k];
    const double yy = face.inner(y, y);
    sy[k] = face.inner(s, y);
    if (!is_curved(sy[k], face.inner(s, s), yy)) {
      sy[k] = 0;
      continue;
    }
    scale = scale > 0 ? scale : sy[k] / yy;
    alpha[k] = dot(s, v) / sy[k];
    face.add(v, -alpha[k], y);
  }
  v *= scale > 0 ? scale : 1;
  for (std::size_t k = 0; k < m; ++k) {
    if (sy[k] > 0) {
      const double beta = dot(pairs.gradient_changes[k], v) / sy[k];
      face.add(v, alpha[k] - beta, pairs.point_changes[k]);
    }
  }
}

class Lbfgs final : public DescentMethod {
 public:
  explicit Lbfgs(int memory) : memory_(memory) {}

  bool handles_l1() const override { return true; }

  Index state_vectors(Index parameters) const override { return 2 * lbfgs_pairs(memory_, parameters); }

  Direction direction(const Iterate& from, double, const OptimizerState& state, Objective& objective) const override {
    if (state.lbfgs.point_changes.empty()) {
      return steepest_descent(from, 0);
    }
    const L1Term& l1 = objective.l1();
    Face face;
    if (!l1.is_zero()) {
      face.free = free_parameters(l1, from);
    }
    Direction direction;
    direction.d = -from.gradient;
    apply_inverse_hessian(state.lbfgs, face, direction.d);
    if (!l1.is_zero()) {
      align_with_orthant(l1, from, direction.d);
    }
    direction.slope = dot(from.gradient, direction.d);
    return direction.slope < 0 && direction.d.allFinite() ? direction : restart(from, 0);
  }

  /// A memory whose direction fails is of the past: steepest descent has the last word.
  Step step(const Iterate& from, Direction& direction, const OptimizerState& state, Objective& objective,
            Iterate& trial) const override {
    if (state.lbfgs.since_least >= kFlatIterations && !direction.is_newton) {
      return {Step::Status::stalled, 0};
    }
    const Step step = search(from, direction, objective, trial);
    if (step.status != Step::Status::stalled || state.lbfgs.point_changes.empty() || direction.is_restart) {
      return step;
    }
    const Direction steepest = restart(from, 0);
    const Step second = search(from, steepest, objective, trial);
    if (second.status == Step::Status::accepted) {
      direction = steepest;
    }
    return second;
  }

  void learn(const Iterate& from, const Direction& direction, const Step&, const Iterate& to,
             OptimizerState& state) const override {
    watch_progress(from, to, state);
    remember(from, direction, to, state.lbfgs);
  }

 private:
  static void watch_progress(const Iterate& from, const Iterate& to, OptimizerState& state) {
    const double length = norm(to.gradient);
    LbfgsState& seen = state.lbfgs;
    if (!slopes_decide(to.value, from) || state.iteration == 0 || length < seen.least_gradient_norm) {
      seen.least_gradient_norm = length;
      seen.since_least = 0;
    } else {
      ++seen.since_least;
    }
  }

  void remember(const Iterate& from, const Direction& direction, const Iterate& to, LbfgsState& pairs) const {
    std::vector<Vector>& changes = pairs.point_changes;
    std::vector<Vector>& gradients = pairs.gradient_changes;
    if (direction.is_restart) {
      changes.clear();
      gradients.clear();
    }
    Vector s = to.w - from.w;
    Vector y = to.at.gradient - from.at.gradient;
    if (!is_curved(dot(s, y), dot(s, s), dot(y, y))) {
      return;
    }
    const std::ptrdiff_t surplus = std::ssize(changes) + 1 - lbfgs_pairs(memory_, to.w.size());
    if (surplus > 0) {
      changes.erase(changes.begin(), changes.begin() + surplus);
      gradients.erase(gradients.begin(), gradients.begin() + surplus);
    }
    changes.push_back(std::move(s));
    gradients.push_back(std::move(y));
  }

  static Step search(const Iterate& from, const Direction& direction, Objective& objective, Iterate& trial) {
    return !objective.l1().is_zero() ? backtrack_in_orthant(objective, from, direction, trial)
                                     : strong_wolfe(objective, from, direction, trial);
  }

  int memory_;
};

}  // namespace

int lbfgs_pairs(int memory, Index parameters) {
  constexpr Index kMostBytes = Index{640} << 20;
  constexpr Index kFewest = 3;
  const Index pair = 2 * static_cast<Index>(sizeof(double)) * std::max<Index>(1, parameters);
  return static_cast<int>(std::min<Index>(memory, std::max(kFewest, kMostBytes / pair)));
}

std::unique_ptr<DescentMethod> make_lbfgs(int memory) {
  return std::make_unique<Lbfgs>(memory);
}

}  // namespace lockstep
