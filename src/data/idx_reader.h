/// IDX, the format of MNIST: one file of rows (images), one of their labels, plain or in gzip.
#pragma once

#include "data/reader.h"
#include "data/text_share.h"

#include <string>

namespace lockstep {

/// The usual name of the labels of `path`: in the name of the file the last `images` becomes `labels` and the
/// last `idx3` becomes `idx1`; empty where there is no `images`.
std::string usual_labels_path(const std::string& path);

/// Reads the rows [r·n/P, (r+1)·n/P) into dense rows: bytes v as v/255, other types as they are. Memory grows with
/// the values that are there, never with what a header promises. Where the label is optional and no labels are
/// named, rows have none if the file of the usual name is missing. Collective. Throws on every rank
/// ConfigurationError for settings that name columns, SystemError where the labels cannot be read, and DataError
/// for the first of: bad headers, other numbers of labels than of rows, the first bad label ("FILE: row 17: …",
/// counted from 1), the first bad value ("FILE: row 17, column 3: …").
RawData read_idx(const ReadSettings& settings, const InputFile& file, Communicator& comm);

}  // namespace lockstep
