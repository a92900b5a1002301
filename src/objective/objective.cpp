#include "lockstep/objective/objective.h"

#include "base/lanes.h"
#include "lockstep/base/errors.h"

#include <cmath>
#include <limits>

namespace lockstep {

const Structure& Objective::structure() const {
  static const Structure kNone;
  return kNone;
}

LinePoint Objective::along(const Vector& w, const Vector& d, double t) {
  Evaluation at;
  evaluate(w + t * d, Order::gradient, at);
  return {at.value, dot(at.gradient, d), at.stop_requested};
}

bool Objective::curvature_product(const Vector& w, const Vector& v, Curvature, Vector& product) {
  const double length = norm(v);
  if (length == 0) {
    product = Vector::Zero(w.size());
    return false;
  }
  const double h = std::cbrt(std::numeric_limits<double>::epsilon()) * (1 + norm(w)) / length;
  Evaluation above;
  Evaluation below;
  evaluate(w + h * v, Order::gradient, above);
  evaluate(w - h * v, Order::gradient, below);
  product = (above.gradient - below.gradient) / (2 * h);
  return above.stop_requested || below.stop_requested;
}

bool Objective::hessian_diagonal(Vector&) {
  throw InternalError("this objective does not know the diagonal of its Hessian");
}

Recession Objective::recession(const Vector&, const Vector&) {
  return {};
}

void Objective::replicate(std::span<double>) {}

std::string Objective::parameter_name(Index j) const {
  const auto& name = structure().name;
  return name ? name(j) : "parameter " + std::to_string(j + 1);
}

void Objective::remove_invariant(Vector& v) const {
  for (const InvariantShift& shift : structure().shifts) {
    double sum = 0;
    for (Index k = 0; k < shift.count; ++k) {
      sum += v[shift.first + k * shift.stride];
    }
    for (Index k = 0; k < shift.count; ++k) {
      v[shift.first + k * shift.stride] -= sum / static_cast<double>(shift.count);
    }
  }
}

void Objective::fill_invariant(SymmetricMatrix& hessian) const {
  for (const InvariantShift& shift : structure().shifts) {
    double sum = 0;
    for (Index k = 0; k < shift.count; ++k) {
      const Index j = shift.first + k * shift.stride;
      sum += hessian(j, j);
    }
    const double fill = sum / static_cast<double>(shift.count * shift.count);
    for (Index k = 0; k < shift.count; ++k) {
      for (Index l = 0; l <= k; ++l) {
        hessian(shift.first + k * shift.stride, shift.first + l * shift.stride) += fill;
      }
    }
  }
}

Vector to_scaled(const Objective& objective, const Vector& w) {
  const Structure& structure = objective.structure();
  if (structure.scales.size() == 0) {
    return w;
  }
  Vector u = w.cwiseQuotient(structure.scales);
  for (Index j = 0; j < structure.centres.size(); ++j) {
    if (const Index intercept = structure.intercepts[static_cast<std::size_t>(j)]; intercept >= 0) {
      u[intercept] += structure.centres[j] * w[j];
    }
  }
  return u;
}

Vector from_scaled(const Structure& structure, const Vector& u) {
  if (structure.scales.size() == 0) {
    return u;
  }
  Vector w = u.cwiseProduct(structure.scales);
  for (Index j = 0; j < structure.centres.size(); ++j) {
    if (const Index intercept = structure.intercepts[static_cast<std::size_t>(j)]; intercept >= 0) {
      w[intercept] -= structure.centres[j] * w[j];
    }
  }
  return w;
}

Vector from_scaled(const Objective& objective, const Vector& u) {
  return from_scaled(objective.structure(), u);
}

Vector gradient_in_scaled(const Structure& structure, const Vector& gradient) {
  Vector result = gradient.cwiseProduct(structure.scales);
  for (Index j = 0; j < structure.centres.size(); ++j) {
    if (const Index intercept = structure.intercepts[static_cast<std::size_t>(j)]; intercept >= 0) {
      result[j] -= structure.scales[j] * structure.centres[j] * gradient[intercept];
    }
  }
  return result;
}

}  // namespace lockstep
