/// What the first line of a CSV file and the settings say about its columns.
#pragma once

#include "lockstep/data/reader.h"
#include "lockstep/data/text_share.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

enum class ColumnRole { ignored, feature, label, weight, offset, exposure, id };

struct CsvColumn {
  std::string name;           ///< from the header, else c1, c2, …
  std::int64_t position = 0;  ///< byte column of the name in the header line, from 1
  bool is_named = true;
  ColumnRole role = ColumnRole::feature;
  std::int64_t feature = -1;  ///< its number among the features
};

struct CsvLayout {
  char delimiter = ',';
  bool has_header = true;
  /// The header ends in a delimiter that opens no column; rows may or may not end in one.
  bool has_trailing_delimiter = false;
  std::vector<CsvColumn> columns;
  std::vector<std::string> feature_names;
  TextBody body;  ///< the rows

  /// The column of this role, or null. At most one column has the role, features apart.
  const CsvColumn* find(ColumnRole role) const;
};

/// Reads the first line that is not blank. It is the header unless all its fields are numbers; then it is the
/// first row and the columns are named c1, c2, … Not Collective. Throws DataError: no line, names that occur
/// twice, columns that are asked for and missing, a feature without a name; ConfigurationError for one column
/// in two roles.
CsvLayout csv_layout(const ReadSettings& settings, const InputFile& file);

}  // namespace lockstep
