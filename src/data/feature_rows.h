/// Features that stay in their file: any of its rows are read at any time, by any thread.
#pragma once

#include "comm/summation_tree.h"
#include "data/row_block.h"
#include "lockstep/base/errors.h"
#include "lockstep/base/types.h"

#include <cstdint>
#include <span>
#include <string>

namespace lockstep {

/// A row whose features cannot be used.
class BadRow : public DataError {
 public:
  BadRow(std::int64_t row, const std::string& text) : DataError(text), row_(row) {}
  std::int64_t row() const { return row_; }  ///< of the file, from 0

 private:
  std::int64_t row_;
};

class FeatureRows {
 public:
  virtual ~FeatureRows() = default;

  virtual std::int64_t rows() const = 0;   ///< n
  virtual Index features() const = 0;      ///< d
  virtual bool is_dense() const = 0;       ///< read() gives all d numbers of a row
  virtual double entries() const = 0;      ///< numbers that a row has in the file, on average
  virtual std::string source() const = 0;  ///< the file, for messages

  /// Puts the features of these rows in place of all that `block` holds; labels and the like are left out. Throws
  /// BadRow for the first of them that is not finite or whose columns make no sense, and what reading fails with.
  virtual void read(std::span<const Run> runs, RowBlock& block) const = 0;
  void read(Run rows, RowBlock& block) const { read(std::span(&rows, 1), block); }
};

}  // namespace lockstep
