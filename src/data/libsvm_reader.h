/// LIBSVM (svmlight) text: `label index:value index:value …  # comment`, one row a line.
#pragma once

#include "data/file_reader.h"
#include "data/reader.h"
#include "data/text_share.h"

#include <cstdint>
#include <memory>
#include <string_view>

namespace lockstep {

/// Largest feature index: columns are 32-bit numbers from 0.
inline constexpr std::int64_t kLargestIndex = 2147483646;  // 2^31 − 2

/// "a.libsvm", "a.svm", "a.svmlight".
bool is_libsvm_name(std::string_view name);

/// The second word of the line is index:value, or its only word a number.
bool is_libsvm_line(std::string_view line);

/// Entries of a row, explicit zeros included; −1 for a line that is none.
std::int64_t count_libsvm_entries(std::string_view line);

/// A reader of sparse rows. Indices count from 1 and ascend; explicit zeros are dropped but count for the width, which
/// is the largest index of all ranks (or the number that is expected); '#' ends a line; blank and comment lines are
/// skipped. Where the label is optional and the first row begins with index:value, rows have no label. Collective.
/// Reading throws on every rank DataError at FILE:LINE:COLUMN for the first bad entry.
std::unique_ptr<FileReader> open_libsvm(const ReadSettings& settings, InputFile& file, Communicator& comm);

}  // namespace lockstep
