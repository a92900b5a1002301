/// What the first rows of a CSV file hold in each column.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/// One column of the sampled rows, against the field of the first line above them.
class ColumnSample {
 public:
  explicit ColumnSample(std::string first) : first_(std::move(first)) {}

  /// The field of the first line, and what it is. Missing values are neither.
  const std::string& first() const { return first_; }
  bool first_is_number() const;
  bool first_is_text() const;

  void add(std::string_view field);

  bool is_numeric() const { return values_ > 0 && numbers_ == values_; }
  bool is_boolean() const { return values_ > 0 && booleans_ == values_; }
  bool has_fraction() const { return has_fraction_; }
  bool has_first() const { return has_first_; }  ///< the first line's field stands in a row, too
  /// Another whole number in each row.
  bool has_distinct_integers() const;

 private:
  std::string first_;
  std::int64_t values_ = 0;  // but for missing ones
  std::int64_t numbers_ = 0;
  std::int64_t booleans_ = 0;
  bool has_fraction_ = false;
  bool has_first_ = false;
  bool has_missing_ = false;
  std::vector<double> integers_;
};

/// The first rows of a file.
struct CsvSample {
  std::vector<ColumnSample> columns;
  std::int64_t rows = 0;
  std::int64_t fewest_fields = 0;  ///< of a row
  std::int64_t most_fields = 0;
  bool is_whole = false;  ///< there are no more rows
  std::string first_row;

  void add(std::string_view line, char delimiter);
};

enum class FirstLine { header, row };

/// Whether the line above the sampled rows names the columns: unless it fits them, which is to have numbers wherever
/// they have numbers. A line of numbers alone is a row, unless it counts the columns (0, 1, 2, …) over fractions.
FirstLine judge_first_line(const CsvSample& sample);

}  // namespace lockstep
