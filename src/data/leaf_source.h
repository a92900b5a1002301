/// Rows as a pass adds them up, a leaf of the summation tree at a time, wherever they live.
///
/// What models and the risk see of the data: whether rows are resident (dataset.h), read from disk while the pass runs,
/// or made on the fly is a matter of the source alone.
#pragma once

#include "comm/summation_tree.h"
#include "data/batch_schedule.h"
#include "data/feature_matrix.h"
#include "data/row_partition.h"
#include "data/schema.h"
#include "lockstep/base/types.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

class ColumnEntries;

/// Rows that are added up together: those of a leaf, or those that a batch takes from a lane.
struct RowSet {
  const FeatureMatrix* x = nullptr;
  std::span<const double> label;   ///< of the rows that x holds; class numbers where labels are classes; empty: none
  std::span<const double> weight;  ///< empty: all 1
  std::span<const double> offset;  ///< empty: all 0
  std::span<const Rows> pieces;    ///< which of the rows that x holds, in the order of their sums
  std::int64_t first_row = 0;      ///< global number of the row that x holds first

  /// Number of rows of all pieces.
  Index count() const;
};

/// One thread's room for the rows of a leaf, where a source needs any.
struct RowBuffer {
  std::vector<Rows> pieces;
  std::vector<std::int32_t> picked;  ///< of the pieces
  RowBlock block;                    ///< features before they are laid out
  std::unique_ptr<FeatureMatrix> x;
  std::vector<double> label, weight, offset;
};

class RowSource {
 public:
  virtual ~RowSource() = default;

  /// Tells that read() will be asked for these units, in ascending order a thread.
  virtual void read_ahead(Run units) const { static_cast<void>(units); }

  /// The rows of one unit (a leaf or lane of this rank, by its global number); valid until the same buffer is used
  /// again. Threads ask at the same time, each with a buffer of its own. Throws what reading them fails with.
  virtual RowSet read(std::int64_t unit, RowBuffer& buffer) const = 0;

  /// The same where nobody asks for features: x may be null.
  virtual RowSet read_without_features(std::int64_t unit, RowBuffer& buffer) const { return read(unit, buffer); }

  /// The same features by column, those of all this rank's rows; null where the source keeps none.
  virtual const ColumnEntries* columns() const { return nullptr; }

  /// Rows of these units, about: how much work they are.
  virtual double row_count(Run units) const = 0;
};

/// What is known of a rank's rows beside the rows.
struct RowFacts {
  RowPartition partition;
  Run leaves;                        ///< this rank's
  std::int64_t first_row = 0;        ///< global number of its first row
  Index rows = 0;                    ///< its number of rows
  Index features = 0;                ///< d
  std::int64_t stored_entries = 0;   ///< nonzeros over all ranks
  bool has_offset = false;           ///< some rank has offsets
  std::vector<double> column_scale;  ///< features are (X_ij − column_shift_j) · column_scale_j; empty: all 1
  std::vector<double> column_shift;  ///< empty: all 0, and the scales are powers of two
  std::vector<double> deviation;     ///< σ of the columns of X: the penalty is on w σ; empty: on w
  /// Where columns are not shifted, since zeros are not stored, and steps are to be taken in the coefficients of
  /// (X_ij − centre_j) / σ_j all the same; empty: they are not.
  std::vector<double> centre;
  Schema schema;

  /// The rows of one of this rank's leaves, from 0 at its first row.
  Run local_rows_of_leaf(std::int64_t leaf) const;
};

/// The rows that a batch takes from each lane.
class BatchSource : public RowSource {
 public:
  /// Whose rows the next calls of read() give. Not to be called during a pass.
  virtual void select(const BatchPosition& position) = 0;

  /// S = ⌈n/B⌉.
  virtual std::int64_t steps_per_epoch() const = 0;
};

struct BatchSettings {
  std::int64_t batch_size = 0;  ///< B ≥ 1, global; 0: full-batch run
  std::uint64_t seed = 0;
};

class LeafSource : public RowSource {
 public:
  virtual const RowFacts& facts() const = 0;

  /// Batches of these rows, which outlive it. Throws InternalError where the source has none.
  virtual std::unique_ptr<BatchSource> batches(const BatchSettings& settings) const;

  double row_count(Run units) const override;
};

}  // namespace lockstep
