/// Columns whose coefficient has no finite optimum of its own: along it no row's loss ever rises.
///
/// | model    | a column x_j is one-sided where                                                             |
/// | logistic | x_ij ≥ 0 in all rows of one class and ≤ 0 in those of the other                             |
/// | softmax  | the same for one class against all others (a feature that some class never shows)          |
/// | poisson  | x_ij ≠ 0 in rows with count 0 alone, with one sign                                          |
#pragma once

#include "data/row_block.h"
#include "lockstep/comm/communicator.h"
#include "lockstep/fit/model_registry.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

/// Which signs the entries of each column have in rows of which labels, of rows of weight > 0.
class ColumnSigns {
 public:
  /// `groups` of labels: the number of classes, or 2.
  ColumnSigns(Index features, LabelGroups kind, std::size_t groups);

  void add(const RowBlock& rows);
  /// The one-sided columns. Exact, so the same on any ranks. Collective.
  std::vector<std::int64_t> one_sided(Communicator& comm) const;

 private:
  void mark(std::int64_t column, std::size_t group, double x);

  Index features_;
  LabelGroups kind_;
  std::size_t groups_;
  // 1 where some entry of column j in a row of group k is above (below) zero, at j · groups + k.
  std::vector<double> above_;
  std::vector<double> below_;
};

/// A sentence that names the first of them and says what helps; empty where there are none.
std::string one_sided_text(const std::vector<std::int64_t>& columns, const std::vector<std::string>& names);

}  // namespace lockstep
