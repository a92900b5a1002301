/// What the pointwise losses share: the scratch under the names of their formulas.
#pragma once

#include "base/lanes.h"
#include "lockstep/model/pointwise_loss.h"

#include <array>
#include <cstddef>

namespace lockstep {

static_assert(kLossLanes == kLanes);

/// Whole lanes only: the length is a multiple of kLanes and the start on a cache line, so Eigen's packets cover all of
/// it and no entry is computed by another instruction sequence than its neighbour.
using LaneArray = Eigen::Map<Eigen::ArrayXd, Eigen::Aligned64>;
using ConstLaneArray = Eigen::Map<const Eigen::ArrayXd, Eigen::Aligned64>;

/// The rows under the names of the formulas.
struct Terms {
  explicit Terms(const LossRows& rows)
      : z(rows.margin, rows.count),
        y(rows.target, rows.count),
        s(rows.weight, rows.count),
        loss(rows.loss, rows.count),
        slope(rows.slope, rows.count),
        curvature(rows.curvature, rows.count) {}
  auto t() const { return 2.0 * y - 1.0; }
  const ConstLaneArray z, y, s;
  LaneArray loss, slope, curvature;
};

/// 2 Σ s max(0, t(y, z)), lane by lane.
template <typename Term>
double twice_sum(const LossRows& rows, Term term) {
  std::array<double, kLanes> sums{};
  for (Index i = 0; i < rows.count; i += kLanes) {
    for (Index lane = 0; lane < kLanes; ++lane) {
      const double t = rows.weight[i + lane] * term(rows.target[i + lane], rows.margin[i + lane]);
      sums[static_cast<std::size_t>(lane)] +=
          t > 0 ? t : 0.0;  // also where a row of weight 0 overflows: that is no number
    }
  }
  return 2 * lane_sum(sums.data(), kLanes);
}

}  // namespace lockstep
