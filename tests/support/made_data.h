/// Made data: a pure function of its description, the same for any number of ranks.
#pragma once

#include "data/dataset.h"
#include "lockstep/comm/communicator.h"

#include <cstdint>

namespace lockstep::testing {

struct MadeData {
  std::int64_t rows = 300;
  std::int64_t features = 7;
  bool sparse = false;
  bool classes = true;  ///< labels 0/1, else real
  bool weights = false;
  bool offsets = false;
  std::uint64_t seed = 1;
};

/// Entry (row, column); a third of them is zero where the data are sparse.
double made_entry(const MadeData& made, std::int64_t row, std::int64_t column);

double made_label(const MadeData& made, std::int64_t row);
double made_weight(const MadeData& made, std::int64_t row);
double made_offset(const MadeData& made, std::int64_t row);

/// Rows [begin, end).
RowBlock made_rows(const MadeData& made, lockstep::Run rows);

/// The even share of one rank, as a reader returns it.
RawData made_share(const MadeData& made, int rank, int ranks);

Dataset make_data(const MadeData& made, Communicator& comm, const LayoutSettings& layout = {});

}  // namespace lockstep::testing
