/// One field of CSV as the number that its column wants.
#pragma once

#include "data/csv_layout.h"
#include "data/text_fields.h"

namespace lockstep {

/// The number that a field writes; RowEncoder::kMissing where there is none and the column may miss one. Throws
/// ContentError at the field, with what to do: for another missing value, for text, for a number that is not finite and
/// for an integer that a double does not hold.
double number_in(const CsvColumn& column, const TextField& field, const CsvLayout& layout);

/// The same of a weight or an exposure, which zero has a meaning of its own for: a number too near to it is an error.
double scale_in(const CsvColumn& column, const TextField& field, const CsvLayout& layout);

/// A number or label with its decimal comma as a point, in `buffer`. Throws ContentError where it has a point already:
/// of thousands perhaps.
TextField with_point(const CsvColumn& column, const TextField& field, std::string& buffer);

/// Throws ContentError for a value that is missing and may not be.
[[noreturn]] void refuse_missing(const CsvColumn& column, const TextField& field, const CsvLayout& layout);

}  // namespace lockstep
