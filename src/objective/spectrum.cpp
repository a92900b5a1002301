#include "objective/spectrum.h"

#include "base/lanes.h"
#include "base/random.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <Eigen/Eigenvalues>
#include <Spectra/SymEigsSolver.h>

namespace lockstep {

namespace {

constexpr std::uint64_t kStart = 0xe1;  // stream of random numbers of the first vector

/// x ↦ H x for a solver that runs on the leading rank alone: how many products it takes, and when it ends, is that
/// rank's to say. The others serve: each request is replicated, a word that says whether one follows and the vector.
class ServedHessian {
 public:
  ServedHessian(Objective& objective, const Vector& w) : objective_(objective), w_(w), request_(1 + w.size()) {}

  /// On the leading rank, while the others are in serve().
  Vector operator*(const Vector& x) {
    request_ << kProduct, x;
    replicate();
    Vector product;
    objective_.curvature_product(w_, request_.tail(w_.size()), Curvature::exact, product);
    ++products_;
    return product;
  }

  /// On the leading rank: the end of the others' serve().
  void release() {
    request_.setZero();
    replicate();
  }

  /// On the others: takes part in the products until release().
  void serve() {
    for (replicate(); request_[0] == kProduct; replicate()) {
      Vector product;
      objective_.curvature_product(w_, request_.tail(w_.size()), Curvature::exact, product);
    }
  }

  Objective& objective() const { return objective_; }
  std::int64_t products() const { return products_; }
  Index size() const { return w_.size(); }

 private:
  static constexpr double kProduct = 1;

  void replicate() { objective_.replicate(std::span(request_.data(), static_cast<std::size_t>(request_.size()))); }

  Objective& objective_;
  const Vector& w_;
  Vector request_;
  std::int64_t products_ = 0;
};

/// x ↦ P H P x + σ (x − P x): the eigenvalues of A, and σ for what P removes. With σ between the extreme eigenvalues of
/// A these are the extreme ones.
class ProjectedHessian {
 public:
  ProjectedHessian(ServedHessian& hessian, const std::vector<bool>& is_free) : hessian_(hessian), is_free_(is_free) {}

  void set_complement(double sigma) { sigma_ = sigma; }
  std::int64_t products() const { return hessian_.products(); }
  Index rows() const { return hessian_.size(); }

  Vector project(Vector v) const {
    for (Index j = 0; !is_free_.empty() && j < v.size(); ++j) {
      v[j] = is_free_[static_cast<std::size_t>(j)] ? v[j] : 0;
    }
    hessian_.objective().remove_invariant(v);
    return v;
  }

  Vector operator*(const Vector& x) const {
    const Vector inside = project(x);
    return project(hessian_ * inside) + sigma_ * (x - inside);
  }

 private:
  ServedHessian& hessian_;
  const std::vector<bool>& is_free_;
  double sigma_ = 0;
};

/// x ↦ A x / scale + shift x. One type for all that Spectra is asked, which takes seconds to compile for each.
struct AffineHessian {
  using Scalar = double;
  Index rows() const { return a.rows(); }
  Index cols() const { return a.rows(); }
  void perform_op(const double* x, double* y) const {
    Eigen::Map<Vector> result(y, rows());
    const Eigen::Map<const Vector> at(x, rows());
    result = (a * Vector(at)) / scale + shift * at;
  }
  double eigenvalue(double mapped) const { return (mapped - shift) * scale; }

  const ProjectedHessian& a;
  double scale = 1;
  double shift = 0;
};

/// The wanted Ritz values, also where they have not converged. (compute() leaves the others undefined.)
class Lanczos : public Spectra::SymEigsSolver<AffineHessian> {
 public:
  using SymEigsSolver::SymEigsSolver;
  double smallest() const { return m_ritz_val.head(m_nev).minCoeff(); }
  double largest() const { return m_ritz_val.head(m_nev).maxCoeff(); }
};

Spectrum solve_densely(ProjectedHessian& a) {
  const Index p = a.rows();
  Matrix h(p, p);
  Matrix complement(p, p);
  for (Index j = 0; j < p; ++j) {
    const Vector unit = Vector::Unit(p, j);
    h.col(j) = a * unit;
    complement.col(j) = unit - a.project(unit);
  }
  const double removed = std::round(complement.trace());
  if (removed >= static_cast<double>(p)) {
    return {0, 0, true, 0, a.products()};
  }
  const double mean = h.trace() / (static_cast<double>(p) - removed);
  const Matrix full = 0.5 * (h + h.transpose()) + mean * complement;
  const Vector values = Eigen::SelfAdjointEigenSolver<Matrix>(full, Eigen::EigenvaluesOnly).eigenvalues();
  const double rounding = std::numeric_limits<double>::epsilon() * values.cwiseAbs().maxCoeff();
  return {values[0], values[p - 1], true, static_cast<double>(p) * rounding, a.products()};
}

/// Basis vectors kept: up to 160 MB of them.
Index basis_size(Index p) {
  return std::clamp<Index>(20'000'000 / p, 12, std::min<Index>(p, 64));
}

Spectrum solve_by_lanczos(ProjectedHessian& a, const SpectrumSettings& settings) {
  RandomStream random(settings.seed, kStart, 0);
  Vector start(a.rows());
  std::ranges::generate(start, [&] { return random.normal(); });
  start = a.project(std::move(start));
  const double length = norm(start);
  if (length == 0) {
    return {};
  }
  start /= length;
  const Vector product = a * start;
  if (norm(product) == 0) {
    return {0, 0, true, 0, a.products()};
  }
  a.set_complement(dot(start, product));
  constexpr double kRoughly = 0.01;
  const Index basis = basis_size(a.rows());
  AffineHessian plain{a};
  Lanczos magnitude(plain, 1, basis);
  magnitude.init(start.data());
  magnitude.compute(Spectra::SortRule::LargestMagn, settings.restarts, kRoughly);
  const double scale = std::max(std::abs(magnitude.smallest()), std::abs(magnitude.largest()));
  // Eigenvalues about 1 to 3: Spectra's relative accuracy is then one relative to `scale`.
  AffineHessian shifted{a, scale, 2};
  Lanczos both(shifted, 2, basis);
  both.init(start.data());
  both.compute(Spectra::SortRule::BothEnds, settings.restarts, settings.accuracy / 3);
  return {shifted.eigenvalue(both.smallest()), shifted.eigenvalue(both.largest()),
          both.info() == Spectra::CompInfo::Successful, settings.accuracy * scale, a.products()};
}

}  // namespace

Spectrum extreme_eigenvalues(Objective& objective, const Vector& w, const std::vector<bool>& is_free,
                             const SpectrumSettings& settings) {
  ServedHessian hessian(objective, w);
  Spectrum spectrum;
  if (objective.leads()) {
    ProjectedHessian a(hessian, is_free);
    const bool is_small = w.size() <= std::max<Index>(settings.dense_limit, 12);
    spectrum = is_small ? solve_densely(a) : solve_by_lanczos(a, settings);
    hessian.release();
  } else {
    hessian.serve();
  }
  std::array<double, 5> values = {spectrum.smallest, spectrum.largest, spectrum.converged ? 1.0 : 0.0,
                                  spectrum.accuracy, static_cast<double>(spectrum.products)};
  objective.replicate(values);
  return {values[0], values[1], values[2] == 1, values[3], static_cast<std::int64_t>(values[4])};
}

}  // namespace lockstep
