/// Which format a data file has.
#pragma once

#include "data/formats.h"
#include "data/reader.h"
#include "data/text_share.h"

namespace lockstep {

/// settings.format unless it is null; then by the signature of HDF5, IDX, .npy or .npz, by the ending of the name
/// (.csv, .tsv, .h5, .hdf5, .h5ad, .libsvm, .svm, .svmlight, .idx, -idx3-ubyte, .npy, .npz, .vw), CSV where a delimiter
/// is given, else by the first line that is neither blank nor a comment: LIBSVM where its second word is index:value or
/// its only word is a number, Vowpal Wabbit's text where names follow a bar, CSV where it holds a delimiter. What is in
/// gzip, bzip2, xz or zstd is told alike. Throws DataError when the file is empty, in another compression, HDF5 in a
/// compression, of a foreign format or encoding (foreign_format.h), or of no known format. Not Collective.
const FormatRow& detect_format(const ReadSettings& settings, const InputFile& file);

}  // namespace lockstep
