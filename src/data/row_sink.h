/// Where a reader puts the rows it reads.
#pragma once

#include "lockstep/base/types.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace lockstep {

/// Takes rows value by value, each column's in the order of the rows; `column` is a column's number in the schema of
/// the file. One column may run ahead of the others: a row is whole at its end_row(). What is wrong with a value is
/// thrown as ContentError at column 0: where it stands in the file, the reader knows.
class RowSink {
 public:
  virtual ~RowSink() = default;

  /// Rows and values of features to come in all, as far as they are foreseen.
  virtual void reserve(Index rows, Index values) = 0;

  virtual void number(Index column, double value) = 0;
  virtual void text(Index column, std::string_view value) = 0;

  /// Features in bulk, those of a dense file: the numbers of X row after row, cut anywhere.
  virtual void features(std::span<const double> values) = 0;
  /// Those of a sparse file: the nonzeros of a row, their columns of X ascending.
  virtual void entries(std::span<const std::int32_t> feature, std::span<const double> value) = 0;

  virtual void end_row() = 0;
};

}  // namespace lockstep
