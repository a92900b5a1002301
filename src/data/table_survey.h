/// What the columns of a table of text hold: values that training would refuse are counted, they are no errors.
#pragma once

#include "data/reader.h"
#include "data/schema.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace lockstep {

/// What the values of a column have in common.
enum class ColumnContent { nothing, integers, numbers, truths, words, dates, texts, mixture };

std::string to_string(ColumnContent content);

struct ColumnSurvey {
  /// Of a column with more different texts they are not counted.
  static constexpr std::int64_t kMostLevels = 1000;

  std::string name;
  ColumnRole role = ColumnRole::feature;  ///< as the head of the file has it
  std::int64_t values = 0;                ///< that are there
  std::int64_t missing = 0;
  std::int64_t first_missing_row = 0;  ///< from 1; 0: none is missing
  std::int64_t numbers = 0;            ///< of the values
  std::int64_t integers = 0;           ///< of these
  std::int64_t truths = 0;             ///< of the values: true, False, T
  std::int64_t dates = 0;              ///< of the values: 2011-01-31, 31.01.2011, with or without a time
  double least = std::numeric_limits<double>::infinity();  ///< of the numbers
  double largest = -std::numeric_limits<double>::infinity();
  std::int64_t levels = 0;             ///< different texts; kMostLevels + 1: more
  std::vector<std::string> commonest;  ///< of up to kMostLevels levels the first few, the most frequent first

  ColumnContent content() const;
  /// What a user may want to do about it, with the option; empty: nothing.
  std::string advice() const;
};

struct TableSurvey {
  std::int64_t rows = 0;
  std::string delimiter;  ///< in words
  bool has_header = false;
  std::vector<ColumnSurvey> columns;
};

/// Looks at all rows. The file is a table of text (FormatRow::has_header). Throws DataError for a head that cannot be
/// read, and for records that have no fields: quotes that are not closed. For one rank.
TableSurvey survey_table(const ReadSettings& settings);

}  // namespace lockstep
