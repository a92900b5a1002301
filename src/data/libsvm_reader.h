/// LIBSVM (svmlight) text: `label index:value index:value …  # comment`, one row a line.
#pragma once

#include "data/reader.h"
#include "data/text_share.h"

namespace lockstep {

/// Largest feature index: columns are 32-bit numbers from 0.
inline constexpr std::int64_t kLargestIndex = 2147483646;  // 2^31 − 2

/// Reads this rank's share of the lines into sparse rows. Indices count from 1 and ascend; explicit zeros are
/// dropped but count for the width, which is the largest index of all ranks (or expected_features); '#' ends
/// a line; blank and comment lines are skipped. Where the label is optional and the first row begins with
/// index:value, rows have no label. Collective. Throws on every rank DataError at FILE:LINE:COLUMN for the
/// first bad entry, ConfigurationError for settings that name columns.
RawData read_libsvm(const ReadSettings& settings, const InputFile& file, Communicator& comm);

}  // namespace lockstep
