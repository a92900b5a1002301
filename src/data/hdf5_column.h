/// One value a row from HDF5: label, weight, offset, exposure or id.
#pragma once

#include "comm/summation_tree.h"
#include "io/hdf5_input.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

/// Holds a batch of rows as what they are: texts, integers of 64 bits, or floats.
class Hdf5Column {
 public:
  enum class Use { number, any };

  /// `name`: absolute; empty: there is no such column.
  Hdf5Column(std::string name, Use use) : name_(std::move(name)), use_(use) {}

  bool exists() const { return !name_.empty(); }
  const std::string& name() const { return name_; }
  /// Texts and integers are exact; floats are not.
  bool is_text() const { return kind_ == Hdf5Kind::text; }
  bool is_integer() const { return kind_ == Hdf5Kind::signed_integer || kind_ == Hdf5Kind::unsigned_integer; }

  /// Takes these rows in place of those before. Throws DataError for texts where numbers are used, and what Hdf5Input
  /// throws.
  void read(Hdf5Input& input, Run rows);

  /// Row i of the batch as a number; not for texts. Throws ContentError for an integer that would lose digits.
  double number(std::size_t i) const;
  /// Row i as CSV would have it: whole numbers with all digits, other floats in their shortest form.
  std::string text(std::size_t i) const;

 private:
  std::string name_;
  Use use_;
  Hdf5Kind kind_ = Hdf5Kind::float64;
  std::vector<std::string> text_;
  std::vector<std::int64_t> integer_;
  std::vector<std::uint64_t> unsigned_;
  std::vector<double> real_;
};

}  // namespace lockstep
