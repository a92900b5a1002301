/// One value a row from an array, or a categorical column of AnnData: label, weight, offset, exposure or id.
#pragma once

#include "comm/summation_tree.h"
#include "io/array_file.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

/// Whether `name` is a categorical column as AnnData has it: a group of `codes`, a number a row, −1 being missing, and
/// the `categories` they count.
bool is_categorical(const ArrayFile& input, const std::string& name);

/// Holds a batch of rows as what they are: texts, integers of 64 bits, or floats; of a categorical column all its
/// categories, and codes of the rows.
class ArrayColumn {
 public:
  enum class Use { number, any };

  /// `name`: absolute; empty: there is no such column.
  ArrayColumn(std::string name, Use use) : name_(std::move(name)), use_(use) {}

  bool exists() const { return !name_.empty(); }
  const std::string& name() const { return name_; }
  /// Texts and integers are exact; floats are not.
  bool is_text() const { return kind_ == ArrayKind::text; }
  bool is_integer() const { return kind_ == ArrayKind::signed_integer || kind_ == ArrayKind::unsigned_integer; }

  /// Takes these rows in place of those before. Throws DataError for texts where numbers are used, and what ArrayFile
  /// throws.
  void read(ArrayFile& input, Run rows);

  /// This row of the batch as a number; not for texts. NaN where a category is missing. Throws ContentError for an
  /// integer that would lose digits, and for a code without a category.
  double number(std::size_t row) const;
  /// This row as CSV would have it: whole numbers with all digits, other floats in their shortest form. Empty where a
  /// category is missing. Throws ContentError for a code without a category.
  std::string text(std::size_t row) const;

 private:
  void read_values(ArrayFile& input, const std::string& name, Run rows);
  std::int64_t place_of(std::size_t row) const;

  std::string name_;
  Use use_;
  ArrayKind kind_ = ArrayKind::float64;
  bool is_known_ = false;  // whether it is categorical
  bool is_coded_ = false;
  std::vector<std::int64_t> code_;
  std::vector<std::string> text_;
  std::vector<std::int64_t> integer_;
  std::vector<std::uint64_t> unsigned_;
  std::vector<double> real_;
};

}  // namespace lockstep
