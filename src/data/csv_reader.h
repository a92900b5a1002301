/// CSV and TSV: one row a line, named columns.
#pragma once

#include "data/reader.h"
#include "data/text_share.h"

namespace lockstep {

/// Reads this rank's share of the lines into dense rows. Delimiter: comma, tab or semicolon, whichever stands
/// most often in the first line; fields may be quoted, blanks around them do not count, blank lines are
/// skipped. Collective. Throws on every rank what csv_layout throws, and DataError at FILE:LINE:COLUMN for
/// the first bad row or field.
RawData read_csv(const ReadSettings& settings, const InputFile& file, Communicator& comm);

}  // namespace lockstep
