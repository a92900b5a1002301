/// What the first rows of a CSV file hold in each column.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace lockstep {

/// One column of the sampled rows, against the field of the first line above them.
class ColumnSample {
 public:
  explicit ColumnSample(std::string first, bool is_quoted = false)
      : first_(std::move(first)), first_is_quoted_(is_quoted) {}

  /// The field of the first line, and what it is. Missing values are neither.
  const std::string& first() const { return first_; }
  bool first_is_number() const;
  bool first_is_text() const;
  /// It is a number in quotes, and no row has quotes here.
  bool first_is_number_quoted_alone() const;

  void add(std::string_view field, bool is_quoted = false);

  bool is_numeric() const { return values_ > 0 && numbers_ == values_; }
  bool is_boolean() const { return values_ > 0 && booleans_ == values_; }
  /// Mostly words that recur, as categories are; not dates, numbers written in another way, or texts of one row each.
  bool has_categories() const;
  bool has_fraction() const { return has_fraction_; }
  bool has_first() const { return has_first_; }  ///< the first line's field stands in a row, too
  /// Another whole number in each row, as ids have: see notices.h.
  bool has_ids(std::string_view name) const;

 private:
  std::string first_;
  bool first_is_quoted_;
  bool has_quotes_ = false;
  std::int64_t values_ = 0;  // but for missing ones
  std::int64_t numbers_ = 0;
  std::int64_t booleans_ = 0;
  bool has_fraction_ = false;
  bool has_first_ = false;
  bool has_missing_ = false;
  std::int64_t words_ = 0;
  std::int64_t dates_ = 0;
  std::unordered_set<std::string> texts_;  // different ones
  std::vector<double> integers_;
};

/// The first rows of a file.
struct CsvSample {
  std::vector<ColumnSample> columns;
  std::int64_t rows = 0;
  std::int64_t fewest_fields = 0;  ///< of a row
  std::int64_t most_fields = 0;
  bool is_whole = false;  ///< there are no more rows
  bool has_decimal_comma = false;
  std::string first_row;

  void add(std::string_view line, char delimiter);
};

/// The first line's numbers are in quotes, those of the rows are not.
bool are_numbers_quoted_alone(const CsvSample& sample);

enum class FirstLine { header, row };

/// Whether the line above the sampled rows names the columns: unless it fits them, which is to have numbers wherever
/// they have numbers. A line of numbers alone is a row, unless it counts the columns (0, 1, 2, …) over fractions, or
/// has them in quotes and no row has: programs that quote names write such headers.
FirstLine judge_first_line(const CsvSample& sample);

}  // namespace lockstep
