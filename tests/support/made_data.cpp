#include "support/made_data.h"

#include "base/random.h"

#include <cmath>
#include <cstddef>

namespace lockstep::testing {

double made_entry(const MadeData& made, std::int64_t row, std::int64_t column) {
  RandomStream random(made.seed, static_cast<std::uint64_t>(row), static_cast<std::uint32_t>(column) + 10);
  const double x = 4 * random.uniform() - 2;
  return made.sparse && random.below(10) < 8 ? 0.0 : x;
}

double made_label(const MadeData& made, std::int64_t row) {
  RandomStream random(made.seed, static_cast<std::uint64_t>(row), 0);
  double z = 0.3;
  for (std::int64_t j = 0; j < made.features; ++j) {
    z += made_entry(made, row, j) * (j % 2 == 0 ? 0.8 : -0.5);
  }
  const double u = random.uniform();
  return made.classes ? (u < 1 / (1 + std::exp(-z)) ? 1.0 : 0.0) : z + u - 0.5;
}

double made_weight(const MadeData& made, std::int64_t row) {
  return made.weights ? 0.25 * static_cast<double>(row % 5) : 1.0;
}

double made_offset(const MadeData& made, std::int64_t row) {
  return made.offsets ? 0.1 * static_cast<double>(row % 3) : 0.0;
}

RowBlock made_rows(const MadeData& made, lockstep::Run rows) {
  RowBlock block;
  block.first_row = rows.begin;
  block.rows = rows.size();
  block.features = made.features;
  block.is_dense = !made.sparse;
  block.row_start.assign(made.sparse ? 1 : 0, 0);
  for (std::int64_t row = rows.begin; row < rows.end; ++row) {
    for (std::int64_t j = 0; j < made.features; ++j) {
      const double x = made_entry(made, row, j);
      if (!made.sparse) {
        block.dense.push_back(x);
      } else if (x != 0) {
        block.column.push_back(static_cast<std::int32_t>(j));
        block.value.push_back(x);
      }
    }
    if (made.sparse) {
      block.row_start.push_back(std::ssize(block.value));
    }
    block.label.push_back(made_label(made, row));
    if (made.weights) {
      block.weight.push_back(made_weight(made, row));
    }
    if (made.offsets) {
      block.offset.push_back(made_offset(made, row));
    }
  }
  return block;
}

RawData made_share(const MadeData& made, int rank, int ranks) {
  RawData raw;
  raw.total_rows = made.rows;
  raw.block = made_rows(made, {proportional_cut(rank, ranks, made.rows), proportional_cut(rank + 1, ranks, made.rows)});
  if (made.classes) {
    raw.schema.set_class_names({"0", "1"});
  }
  return raw;
}

Dataset make_data(const MadeData& made, Communicator& comm, const LayoutSettings& layout) {
  return make_dataset(made_share(made, comm.rank(), comm.size()), layout, comm);
}

}  // namespace lockstep::testing
