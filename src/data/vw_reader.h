/// Vowpal Wabbit's text: `label importance 'tag|namespace name:value name …|namespace …`, one row a line.
///
/// Features have names and no numbers: a name stands in the column of X that its hash tells,
///
///   column = XXH3-64("namespace^name") mod 2^B,
///
/// B being --hash-bits. Names of one column add up (K. Weinberger et al., "Feature hashing for large scale multitask
/// learning", ICML 2009; here without signs, as Vowpal Wabbit has it, whose hash is another one).
#pragma once

#include "data/file_reader.h"
#include "data/reader.h"

#include <memory>
#include <string_view>

namespace lockstep {

/// "a.vw".
bool is_vw_name(std::string_view name);

/// At most a label, an importance and a tag, and then a blank and a bar with names behind it.
bool is_vw_line(std::string_view line);

/// Names of a row, those of namespaces apart; −1 for a blank line.
std::int64_t count_vw_entries(std::string_view line);

/// A reader of sparse rows, which weigh their importance, 1 where there is none. A name without a value has the value
/// 1; "|name:2" multiplies the values of a namespace. Empty lines are skipped; tags are passed over; initial
/// predictions and labels of several parts are refused. Where the label is optional and the first row has none, rows
/// have no label. For a model B is the one of its features. Collective. Throws DataError where these
/// are no hashed names, ConfigurationError where settings.hash_bits are others. Reading throws on every rank DataError
/// at FILE:LINE:COLUMN for the first bad token.
std::unique_ptr<FileReader> open_vw(const ReadSettings& settings, InputFile& file, Communicator& comm);

}  // namespace lockstep
