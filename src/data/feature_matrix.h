/// A rank's rows of features in the layout that its passes want, with the products that models need of them.
///
/// | symbol | meaning                        | shape |
/// | X      | features of some of the rows   | m × d |
/// | w      | coefficients                   | d     |
/// | r, h   | one number a row               | m     |
///
/// Layouts (design: a pure function of density, d and the kind of pass, never of ranks or threads):
///   - dense, columns within a panel: full-batch passes up to 200 features; a panel is read once from memory and used
///     for loss, gradient and Hessian while it is in cache;
///   - dense, rows: above that, and always for mini-batches;
///   - CSR for sparse data.
/// Every product has one fixed order of additions.
#pragma once

#include "data/row_block.h"
#include "lockstep/base/types.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace lockstep {

/// Some of a rank's rows: a panel (consecutive rows), or rows picked one by one. Never more than panel_rows().
struct Rows {
  Index begin = 0;  ///< local row of a panel's first row
  Index count = 0;
  Index panel = -1;                      ///< number of the panel; −1 for picked rows
  const std::int32_t* picked = nullptr;  ///< local rows; null for a panel

  Index row(Index i) const { return picked != nullptr ? picked[i] : begin + i; }
};

/// The local rows cut into panels: each leaf's rows in pieces of panel_rows(), the last one shorter.
struct Panels {
  std::vector<Rows> panels;
  std::vector<Index> first_of_leaf;  ///< local leaves + 1 indices into `panels`

  /// Of all panels.
  Index rows() const { return panels.empty() ? 0 : panels.back().begin + panels.back().count; }
};

/// A thread's scratch for Gram products.
struct GramScratch {
  AlignedVector<double> scaled;  ///< √h · X of one panel
  Matrix square;                 ///< d × d, lower triangle used
};

/// Nonzeros of some rows, row by row: those of row i are entries start[i] … start[i + 1] − 1.
template <typename T>
struct Nonzeros {
  std::vector<std::int64_t> start;
  std::vector<std::int32_t> column;
  std::vector<T> value;

  Index rows() const { return std::ssize(start) - 1; }
};

class FeatureMatrix {
 public:
  virtual ~FeatureMatrix() = default;

  /// Makes room for the rows of `panels`, in the memory that is there where it is large enough; what was held is
  /// forgotten. `entries`: nonzeros to come, about.
  virtual void reset(const Panels& panels, Index features, std::int64_t entries) = 0;

  /// Takes the features of the local rows from `first` on: whole panels, in any order and by several callers at a time
  /// in dense layouts, row after row in sparse ones. Once for each row. threads ≥ 1.
  virtual void fill(const RowBlock& block, Index first, int threads) = 0;

  // Products in the layout by columns are of panels: picked rows are an InternalError there. gather() takes both.

  /// z_i = Σ_j X_ij w_j for the rows; z is cache-line aligned with room for padded(count), padding set to 0.
  virtual void multiply(const Rows& rows, const double* w, double* z) const = 0;

  /// g_j += Σ_i X_ij r_i. r is aligned and zero from count to padded(count).
  virtual void add_transposed(const Rows& rows, const double* r, double* g) const = 0;

  /// The same for several columns at once, row-major with `stride` numbers a row (a multiple of kLanes): Z = X W with
  /// W d × stride and Z count × stride; G += Xᵀ R with R count × stride and G d × stride. All aligned.
  virtual void multiply_many(const Rows& rows, const double* w, Index stride, double* z) const = 0;
  virtual void add_transposed_many(const Rows& rows, const double* r, Index stride, double* g) const = 0;

  /// g_j += Σ_i X_ij² r_i. r as in add_transposed.
  virtual void add_squared_transposed(const Rows& rows, const double* r, double* g) const = 0;

  /// count_j += number of the rows with X_ij ≠ 0.
  virtual void add_nonzeros(const Rows& rows, double* count) const = 0;

  /// Σ over panels of Xᵀ diag(h) X, h ≥ 0: begin, one add a panel, end. `packed` is the lower triangle row by row:
  /// entry (i, j), j ≤ i, at i(i+1)/2 + j; it receives += at the latest at the end.
  virtual void begin_gram(GramScratch& scratch) const = 0;
  virtual void add_gram(const Rows& rows, const double* h, GramScratch& scratch, double* packed) const = 0;
  virtual void end_gram(GramScratch& scratch, double* packed) const = 0;

  /// Copies X to the row-major m × stride buffer `out`, stride ≥ d; entries d … stride − 1 of a row are set to 0.
  virtual void gather(const Rows& rows, float* out, Index stride) const = 0;
  virtual void gather(const Rows& rows, double* out, Index stride) const = 0;

  /// Copies the nonzeros of X; false, and nothing done, where the layout is dense.
  virtual bool gather(const Rows& rows, Nonzeros<float>& out) const;
  virtual bool gather(const Rows& rows, Nonzeros<double>& out) const;

  /// X_ij ← X_ij · factor_j for all rows. threads ≥ 1. Powers of two round nothing.
  virtual void scale_columns(std::span<const double> factor, int threads) = 0;

  /// X_ij ← (X_ij − centre_j) · factor_j. False, and nothing done, where zeros are not stored. threads ≥ 1.
  virtual bool standardize_columns(std::span<const double> centre, std::span<const double> factor, int threads) {
    static_cast<void>(centre), static_cast<void>(factor), static_cast<void>(threads);
    return false;
  }

  /// Bytes held.
  virtual std::size_t bytes() const = 0;
};

enum class Layout { dense_columns, dense_rows, sparse_rows };

/// Kind of pass the data are laid out for.
enum class Access { full_batch, mini_batch };

/// The layout for `rows` × `features` with `stored_entries` nonzeros in all ranks: CSR where ⌊entries/rows⌋ < ⌊d/4⌋, a
/// density below about 1/4; never for d ≤ 3.
Layout choose_layout(std::int64_t rows, std::int64_t features, std::int64_t stored_entries, Access access);

/// FeatureMatrix::bytes() of rows laid out so, in `leaves` leaves of about one size; of many rows without rounding up,
/// as numbers that need not be whole.
double layout_bytes(Layout layout, double rows, Index features, double stored_entries, double leaves);

/// Height of a panel: 512 rows, fewer where a panel of them would not stay in a level 2 cache; a function of d only.
Index panel_rows(Index features);

/// Cuts the local rows into panels. `leaf_begin` holds the first local row of each local leaf and the end.
Panels cut_panels(std::span<const std::int64_t> leaf_begin, Index features);

/// Room for rows that are to be filled in: FeatureMatrix::reset() says which.
std::unique_ptr<FeatureMatrix> make_feature_matrix(Layout layout);

/// Lays the block out; the block is used up.
std::unique_ptr<FeatureMatrix> make_feature_matrix(RowBlock&& block, Layout layout, const Panels& panels, int threads);

}  // namespace lockstep
