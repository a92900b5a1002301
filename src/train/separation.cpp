#include "lockstep/train/separation.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lockstep {

std::string separating_columns(Objective& objective, const Vector& w, Index coefficients) {
  constexpr double kOfLargest = 0.1;  // part of the largest component above which a parameter is named
  constexpr std::size_t kMostNames = 5;
  if (!objective.can_recede() || !objective.unbounded_when_separated()) {
    return {};
  }
  const Vector u = to_scaled(objective, w);
  const Recession recession = objective.recession(u, u);
  if (recession.falling == 0 || recession.rising > 0) {
    return {};
  }
  const double largest = coefficients == 0 ? 0.0 : u.head(coefficients).lpNorm<Eigen::Infinity>();
  std::vector<Index> parameters;
  for (Index j = 0; j < coefficients && largest > 0; ++j) {
    if (std::abs(u[j]) >= kOfLargest * largest) {
      parameters.push_back(j);
    }
  }
  std::ranges::stable_sort(parameters, std::greater(), [&](Index j) { return std::abs(u[j]); });
  const std::size_t count = parameters.size();
  if (count == 0) {
    return {};
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(count, kMostNames); ++i) {
    names.push_back(objective.parameter_name(parameters[i]));
  }
  return fmt::format("; {}{} grow{} without bound", fmt::join(names, ", "),
                     count > kMostNames ? fmt::format(" and {} more", count - kMostNames) : "", count == 1 ? "s" : "");
}

}  // namespace lockstep
