/// Line search for the strong Wolfe conditions (J. Nocedal, S. Wright, Numerical Optimization, 2nd ed., Alg. 3.5 and
/// 3.6), in units of the first step that was tried:
///
///   φ(t) = F(w + t D),  D = first step · d
#include "optim/line_search.h"
#include "optim/line_search_terms.h"

#include <algorithm>
#include <optional>

namespace lockstep {

namespace {

using Status = Step::Status;

constexpr int kExpansions = 20;
constexpr int kZooms = 40;

struct Point {
  double t = 0;
  double value = 0;
  double slope = 0;
};

/// Minimiser of the cubic through values and slopes of a and b (ibid., 3.59); their midpoint where there is none.
double cubic_minimiser(const Point& a, const Point& b) {
  const double d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.t - b.t);
  const double root = std::sqrt(d1 * d1 - a.slope * b.slope);
  const double d2 = b.t > a.t ? root : -root;
  const double t = b.t - (b.t - a.t) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
  return std::isfinite(t) ? t : 0.5 * (a.t + b.t);
}

class WolfeSearch {
 public:
  WolfeSearch(Objective& objective, const Iterate& from, const Vector& displacement, double slope)
      : objective_(objective), from_(from), displacement_(displacement), start_{0, from.value, slope} {}

  bool stopped() const { return stopped_; }

  /// Sufficient decrease; on a φ that is flat to rounding what the slopes say of it.
  bool decreases_enough(const Point& at) const {
    return decreases(at.value, from_, start_.slope, at.t) ||
           (slopes_decide(at.value, from_) && slope_decreases(at.slope, start_.slope));
  }

  bool is_wolfe(const Point& at) const { return decreases_enough(at) && std::abs(at.slope) <= -kWolfe * start_.slope; }

  /// A step from what is known at the first one; none when no step was found or a stop is wished for.
  std::optional<double> find(const Point& first) {
    Point previous = start_;
    Point current = first;
    for (int i = 0; i < kExpansions; ++i) {
      if (!decreases_enough(current) || is_higher(current, previous)) {
        return zoom(previous, current);
      }
      if (is_wolfe(current)) {
        return current.t;
      }
      if (current.slope >= 0) {
        return zoom(current, previous);
      }
      const double wanted = cubic_minimiser(previous, current);
      const Point next = look(std::clamp(wanted > current.t ? wanted : 10 * current.t, 2 * current.t, 10 * current.t));
      if (stopped_) {
        return std::nullopt;
      }
      previous = current;
      current = next;
    }
    return previous.t;
  }

 private:
  bool is_higher(const Point& a, const Point& b) const {
    return a.value > b.value && !(slopes_decide(a.value, from_) && slopes_decide(b.value, from_));
  }

  Point look(double t) {
    const LinePoint there = objective_.along(from_.w, displacement_, t);
    stopped_ = there.stop_requested;
    return {t, there.value, there.slope};
  }

  /// low: the best point so far with sufficient decrease, φ falls from it towards high.
  std::optional<double> zoom(Point low, Point high) {
    for (int i = 0; i < kZooms && std::abs(high.t - low.t) > kShortestStep * std::max(low.t, high.t); ++i) {
      const double margin = 0.1 * std::abs(high.t - low.t);
      const double inner = std::min(low.t, high.t) + margin;
      const double outer = std::max(low.t, high.t) - margin;
      const Point at = look(std::clamp(cubic_minimiser(low, high), inner, outer));
      if (stopped_) {
        return std::nullopt;
      }
      if (!std::isfinite(at.value) || !decreases_enough(at) || is_higher(at, low)) {
        high = at;
        continue;
      }
      if (is_wolfe(at)) {
        return at.t;
      }
      if (at.slope * (high.t - low.t) >= 0) {
        high = low;
      }
      low = at;
    }
    return low.value < from_.value && !slopes_decide(low.value, from_) ? std::optional(low.t) : std::nullopt;
  }

  Objective& objective_;
  const Iterate& from_;
  const Vector& displacement_;
  Point start_;
  bool stopped_ = false;
};

}  // namespace

Step strong_wolfe(Objective& objective, const Iterate& from, const Direction& direction, Iterate& trial) {
  const Step first = first_finite_trial(objective, from, direction, Order::gradient, trial);
  if (first.status != Status::accepted) {
    return first;
  }
  const Vector displacement = first.length * direction.d;
  WolfeSearch search(objective, from, displacement, first.length * direction.slope);
  const Point reached{1, trial.value, dot(trial.gradient, displacement)};
  if (search.is_wolfe(reached)) {
    objective.update(UpdateKind::accept);
    return first;
  }
  if (trial.at.stop_requested) {
    return {Status::stopped, 0};
  }
  objective.update(UpdateKind::trial);
  const std::optional<double> t = search.find(reached);
  if (!t) {
    return {search.stopped() ? Status::stopped : Status::stalled, 0};
  }
  return accept_at(objective, from, displacement, *t, *t * first.length, Order::gradient, trial);
}

}  // namespace lockstep
