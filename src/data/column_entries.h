/// The nonzeros of a rank's rows once more, column by column: sums over rows that are longer than the rows of a leaf
/// are added up from them without a sum of d numbers a leaf.
///
///   g_kj = Σ_i r_ik x_ij
///
/// | symbol | meaning                        | shape |
/// | X      | features of the rank's rows    | n × d |
/// | r      | K numbers a row                | n × K |
/// | g      | the sum over a node's leaves   | K × d |
///
/// The entries of a column are added up leaf by leaf in the order of their rows, and the leaves in tree order; leaves
/// without entries would add zeros. So g has the bits of leaf sums of sparse rows (FeatureMatrix::add_transposed) that
/// are added up in the tree.
#pragma once

#include "comm/summation_tree.h"
#include "data/feature_matrix.h"
#include "lockstep/base/types.h"

#include <cstdint>
#include <span>
#include <vector>

namespace lockstep {

class ColumnEntries {
 public:
  /// What of x_ij is added up.
  enum class Term { value, square, nonzero };

  /// Copies the rows of `x`, sparse ones, whose `panels` are those of `leaves`.
  ColumnEntries(const FeatureMatrix& x, const Panels& panels, Run leaves, Index features);

  /// sums[node] receives g, k·d + j being the place of g_kj, of each of `nodes`, which lie side by side in the leaves.
  /// r: K = `outputs` numbers a local row. threads ≥ 1.
  void sum(Term term, std::span<const double> r, Index outputs, std::span<const TreeNode> nodes,
           std::span<double* const> sums, int threads) const;

  /// X_ij ← X_ij · factor_j. threads ≥ 1.
  void scale_columns(std::span<const double> factor, int threads);

 private:
  template <Term kTerm>
  void sum_columns(const double* r, Index outputs, std::span<const TreeNode> nodes, std::span<double* const> sums,
                   int threads) const;
  template <Term kTerm>
  double sum_node(const double* r, Index outputs, std::int64_t end_of_leaves, std::int64_t& entry,
                  std::int64_t end) const;

  Index features_ = 0;
  std::vector<std::int64_t> start_;  // d + 1 places in what follows
  std::vector<std::int32_t> row_;    // local, ascending in a column
  std::vector<double> value_;
  std::vector<std::uint32_t> leaf_;  // of the row, from 0 at the first of the rank
  std::int64_t first_leaf_ = 0;
};

/// True where the sum of a leaf, of `parameters` numbers, is longer than its rows: then a second copy of the entries is
/// less than the sums that wait in the tree, and adding up zeros would take most of the time.
bool pays_by_columns(std::int64_t stored_entries, std::int64_t leaves, std::int64_t parameters);

/// Bytes of the entries of a rank.
double column_entries_bytes(double features, double stored_entries);

}  // namespace lockstep
