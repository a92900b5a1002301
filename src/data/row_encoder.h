/// From the values of a row's columns to its row of X: what a schema says of categories and missing values.
#pragma once

#include "data/formula_design.h"
#include "data/row_sink.h"
#include "data/schema.h"
#include "lockstep/base/types.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace lockstep {

class RowEncoder {
 public:
  /// Stands for a value that is missing. No other value of a row is NaN.
  static constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  /// Stands for a level that a category does not have.
  static constexpr double kNoLevel = -1;

  RowEncoder() = default;
  /// The features of `schema` have their places.
  explicit RowEncoder(const Schema& schema);

  /// Whether rows are pushed as dense ones: at least half of the columns of X can be other than 0.
  bool is_dense() const { return is_dense_; }

  /// Values that are pushed for a row, at most.
  Index most_values() const { return most_values_; }

  /// Pushes the row whose k-th feature column in the order of X has the value inputs[k]: a number, the code of a level,
  /// or one of the above. Throws FormulaValueError.
  void push(std::span<const double> inputs, RowSink& sink);

 private:
  void put(Index feature, double value);
  void push_coded(std::span<const double> inputs, RowSink& sink);

  std::vector<Column> columns_;  // the features, in the order of X
  std::optional<FormulaDesign> design_;
  bool is_plain_ = true;
  bool is_dense_ = true;
  Index most_values_ = 0;
  std::vector<double> row_;  // of a dense row, d values; else of its entries
  std::vector<std::int32_t> entry_;
  std::vector<double> filled_;  // with a formula: the inputs without missing values
  std::vector<double> coded_;   // and the entries of the row, which entry_ has the columns of
};

}  // namespace lockstep
