/// NumPy's arrays: .npy, one array a file, and .npz, an archive of arrays.
#pragma once

#include "data/file_reader.h"
#include "data/formats.h"
#include "data/reader.h"
#include "data/text_share.h"

#include <memory>
#include <string>
#include <string_view>

namespace lockstep {

/// "a.npy"; in lower case, as all names.
bool is_npy_name(std::string_view name);
/// "a.npz"
bool is_npz_name(std::string_view name);

/// The usual name of the labels of `path`: in the name of the file the last X or x that is a word of its own becomes y,
/// or the last `images` becomes `labels`: X_train.npy, y_train.npy. Empty where there is none of these.
std::string usual_npy_labels(const std::string& path);

/// The names of the arrays. Throws what zip_members() throws.
FileNames npz_names(const ReadSettings& settings, const InputFile& file);

/// A reader of the rows [r·n/P, (r+1)·n/P) of an array in two dimensions, C or Fortran order, whose labels stand in a
/// file of their own, found as those of IDX are. Values are taken as they are. Collective. Throws on every rank
/// SystemError where the usual labels cannot be read, and what read_npy_header() and array_layout() throw; reading
/// throws DataError "FILE: row 17, column 3: …" for the first row that is bad, in its label or its values.
std::unique_ptr<FileReader> open_npy(const ReadSettings& settings, InputFile& file, Communicator& comm);

/// The same of an archive, whose arrays are those of open_hdf5(): X, y, and optionally weight, offset, feature_names,
/// class_names. Collective.
std::unique_ptr<FileReader> open_npz(const ReadSettings& settings, InputFile& file, Communicator& comm);

}  // namespace lockstep
