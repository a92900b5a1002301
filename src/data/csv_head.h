/// The head of a CSV file: its delimiter, its first line and a sample of the rows, and which line names the columns.
#pragma once

#include "data/csv_sample.h"
#include "data/reader.h"
#include "data/text_share.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

struct HeadField {
  std::string text;
  std::int64_t position = 0;  ///< its byte in the line, from 1
  bool is_quoted = false;
};

struct CsvHead {
  char delimiter = ',';
  bool has_decimal_comma = false;  ///< numbers are written 1,5
  bool has_header = true;
  std::int64_t line = 0;  ///< number of the header, or of the first row
  std::string text;       ///< that line
  std::vector<HeadField> fields;
  TextBody body;     ///< the rows
  CsvSample sample;  ///< of the rows below that line
  /// The line below the header where it has only texts, over numbers: the header itself perhaps, or units. Else empty.
  std::string second_header;
  std::vector<std::string> notices;
};

/// Reads the first lines: a function of these alone. Lines that begin with # above the header are comments, unless one
/// of them is the header. Throws DataError for no line, for a delimiter that nobody named, and for a header of another
/// length than all rows below. Not Collective.
CsvHead csv_head(const ReadSettings& settings, const InputFile& file);

}  // namespace lockstep
