/// CSV and TSV: one row a line, named columns.
#pragma once

#include "data/file_reader.h"
#include "data/formats.h"
#include "data/reader.h"
#include "data/text_share.h"

#include <memory>
#include <string_view>

namespace lockstep {

/// "a.csv", "a.tsv".
bool is_csv_name(std::string_view name);

/// The line holds a delimiter.
bool is_csv_line(std::string_view line);

/// Throws what csv_layout() throws.
FileNames csv_names(const ReadSettings& settings, const InputFile& file);

/// A reader of dense rows. Delimiter and decimal mark: csv_dialect.h; fields
/// may be quoted, blanks around them do not count, blank lines are skipped. Collective. Throws on every rank what
/// csv_layout() throws; reading throws DataError at FILE:LINE:COLUMN for the first bad row or field.
std::unique_ptr<FileReader> open_csv(const ReadSettings& settings, InputFile& file, Communicator& comm);

}  // namespace lockstep
