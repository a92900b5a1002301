/// The three layouts behind FeatureMatrix.
#pragma once

#include "data/feature_matrix.h"

namespace lockstep {

std::unique_ptr<FeatureMatrix> make_dense_columns();
std::unique_ptr<FeatureMatrix> make_dense_rows();
std::unique_ptr<FeatureMatrix> make_sparse_rows();
/// The same of rows that are compressed already, without a copy.
std::unique_ptr<FeatureMatrix> make_sparse_rows(RowBlock&& block);

/// packed += lower triangle of `square`, row by row.
void add_lower_triangle(const Matrix& square, double* packed);

}  // namespace lockstep
