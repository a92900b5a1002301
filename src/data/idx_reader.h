/// IDX, the format of MNIST: one file of rows (images), one of their labels, plain or in gzip.
#pragma once

#include "data/file_reader.h"
#include "data/idx_input.h"
#include "data/reader.h"
#include "data/text_share.h"

#include <memory>
#include <string>
#include <string_view>

namespace lockstep {

/// The usual name of the labels of `path`: in the name of the file the last `images` becomes `labels` and the
/// last `idx3` becomes `idx1`; empty where there is no `images`.
std::string usual_labels_path(const std::string& path);

/// "a.idx", "train-images-idx3-ubyte", "train-images.idx3-ubyte", and with ".gz"; in lower case.
bool is_idx_name(std::string_view name);

/// A reader of the rows [r·n/P, (r+1)·n/P), dense: bytes v as v/255, other types as they are. Labels come before the
/// features of any row. Memory grows with the values that are there, never with what a header promises. Where the
/// label is optional and no labels are named, rows have none if the file of the usual name is missing. Collective.
/// Throws on every rank SystemError where the usual labels cannot be read and DataError for a bad header; reading
/// throws DataError for the first of: bad headers, other numbers of labels than of rows, the first bad label ("FILE:
/// row 17: …", counted from 1), the first bad value ("FILE: row 17, column 3: …").
std::unique_ptr<FileReader> open_idx(const ReadSettings& settings, InputFile& file, Communicator& comm);

}  // namespace lockstep
