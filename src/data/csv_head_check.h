/// What is wrong with the first lines of a CSV file: another delimiter, text above the header, a header of another
/// length.
#pragma once

#include "data/csv_head.h"

#include <cstdint>
#include <span>
#include <string>

namespace lockstep {

/// A line that is not blank.
struct HeadLine {
  std::int64_t number = 0;
  std::int64_t begin = 0;  ///< offset in the file
  std::int64_t end = 0;    ///< of the next line
  std::string text;
};

/// Throws DataError at the first line where that has one field and the rows another delimiter, and where all rows from
/// some line on have one length and the first line another. `rows`: the sampled lines below.
void check_head(const std::string& path, const CsvHead& head, std::span<const HeadLine> rows);

/// The first of these rows has only texts, some of them over columns of numbers.
bool has_second_header(std::span<const HeadLine> rows, char delimiter);

}  // namespace lockstep
