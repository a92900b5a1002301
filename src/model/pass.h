/// What a pass over rows adds up, as data: which sums, at which parameters, what it keeps.
///
/// | kind      | payload                                 | header          | reads                |
/// | value     | –                                       | LossHeader      | w                    |
/// | gradient  | Σ s ∇ℓ (p)                              | LossHeader      | w                    |
/// | hessian   | Σ s ∇ℓ (p), Σ s ∇²ℓ (packed, p(p+1)/2)  | LossHeader      | w                    |
/// | product   | Σ s ∇²ℓ · v (p)                         | –               | w, v, from           |
/// | diagonal  | diagonal of Σ s ∇²ℓ (p)                 | –               | from                 |
/// | line      | –                                       | LossHeader      | from, to, t; or w, v |
/// | recession | –                                       | RecessionHeader | from, to             |
/// A line reads w and v where no margins are kept.
#pragma once

#include "lockstep/base/types.h"

#include <cstddef>
#include <span>
#include <vector>

namespace lockstep {

enum class PassKind { value, gradient, hessian, product, diagonal, line, recession };

/// The pass that goes so far.
constexpr PassKind pass_kind(Order order) {
  return order == Order::value ? PassKind::value : order == Order::gradient ? PassKind::gradient : PassKind::hessian;
}

/// How far a value, gradient or hessian pass goes.
constexpr Order order_of(PassKind kind) {
  return kind == PassKind::value ? Order::value : kind == PassKind::gradient ? Order::gradient : Order::hessian;
}

/// Whether its payload is a sum over features and no more.
constexpr bool has_terms(PassKind kind) {
  return kind == PassKind::gradient || kind == PassKind::product || kind == PassKind::diagonal;
}

/// Parameters as the kernels read them (order and type), made once a pass and shared by its threads.
struct KernelParameters {
  AlignedVector<double> values64;
  AlignedVector<float> values32;
};

/// Margins of a rank's rows, K a row, leaf after leaf; empty where margins are not kept.
using Margins = std::vector<double>;

struct Pass {
  PassKind kind = PassKind::value;
  const KernelParameters* w = nullptr;
  const KernelParameters* v = nullptr;
  Curvature curvature = Curvature::exact;  ///< product
  std::span<const double> from;            ///< margins kept at the point, or where a line begins
  std::span<const double> to;              ///< margins where it ends
  double t = 0;                            ///< at from + t (to − from)
  std::span<double> keep;                  ///< receives z of a value, gradient or hessian pass; empty: not kept
  /// Receives what multiplies a row's features in the payload, K a row: the payload is then the rest of it alone, what
  /// belongs to intercepts. Empty: the payload is whole. Of models that give them (Model::gives_terms).
  std::span<double> terms;
  bool may_be_interrupted = false;  ///< base/interrupt.h; the engine says whether it was

  /// The same pass over some of the rows: their margins are [begin, begin + count) of those here.
  Pass of_margins(std::size_t begin, std::size_t count) const;
};

}  // namespace lockstep
