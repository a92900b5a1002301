/// Columns whose scales differ so much that one learning rate cannot fit them.
#pragma once

#include "data/row_block.h"
#include "lockstep/comm/communicator.h"

#include <string>
#include <vector>

namespace lockstep {

/// The largest absolute value in each column over all ranks: a maximum, so the same bits on any ranks.
class ColumnReaches {
 public:
  explicit ColumnReaches(Index features) : reaches_(static_cast<std::size_t>(features), 0.0) {}

  void add(const RowBlock& rows);
  /// d numbers. Collective.
  std::vector<double> of_all_ranks(Communicator& comm) const;

 private:
  std::vector<double> reaches_;
};

/// A sentence that names the widest and the narrowest column where they differ by 10^4 or more, columns of zeros left
/// out, and says what helps; else empty. Without `names` columns are counted from 1.
std::string unlike_scales(const std::vector<double>& reaches, const std::vector<std::string>& names);

}  // namespace lockstep
