/// What the first line of a CSV file and the settings say about its columns.
#pragma once

#include "data/reader.h"
#include "data/schema.h"
#include "data/text_share.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

struct CsvColumn {
  std::string name;           ///< from the header, else c1, c2, …
  std::int64_t position = 0;  ///< byte column of the name in the header line, from 1
  bool is_named = true;
  bool is_boolean = false;  ///< all sampled values are true or false
  bool is_category = false;
  ColumnRole role = ColumnRole::feature;
  std::int64_t feature = -1;  ///< its number among the columns that are features
};

/// How the label column was found where no option names it.
enum class LabelGuess { none, by_name, last };

struct CsvLayout {
  char delimiter = ',';
  bool has_decimal_comma = false;  ///< numbers are written 1,5
  bool has_header = true;
  std::string header;         ///< that line
  std::string second_header;  ///< see CsvHead
  /// The header ends in a delimiter that opens no column; rows may or may not end in one.
  bool has_trailing_delimiter = false;
  std::vector<CsvColumn> columns;
  std::int64_t features = 0;  ///< columns that are
  Formula formula;            ///< where the settings have one, or the model that the rows are read for
  MissingPolicy missing = MissingPolicy::error;
  LabelGuess label_guess = LabelGuess::none;
  std::vector<std::string> notices;
  TextBody body;    ///< the rows
  Schema expected;  ///< the model's, where the rows are read for one

  bool may_drop_rows = true;  ///< with MissingPolicy::drop

  bool has_formula() const { return !formula.response.empty(); }

  /// The line is no row.
  bool is_blank(std::string_view line) const {
    return line.find_first_not_of(delimiter == '\t' ? " " : " \t") == std::string_view::npos;
  }

  /// A value may be missing in a column of that role.
  bool takes_missing(ColumnRole role) const {
    return missing == MissingPolicy::drop ? may_drop_rows
                                          : missing != MissingPolicy::error && role == ColumnRole::feature;
  }

  /// As far as the head and a model tell: levels of categories are learned from all rows (column_learner.h).
  Schema schema() const;
};

/// Gives the columns names, from the header or else c1, c2, …, and roles. Not Collective. Throws DataError: what
/// csv_head() throws, names that occur twice, columns that are asked for and missing, a feature without a name;
/// ConfigurationError for one column in two roles.
CsvLayout csv_layout(const ReadSettings& settings, const InputFile& file);

}  // namespace lockstep
