/// Rows as LIBSVM text.
#pragma once

#include "data/row_block.h"
#include "lockstep/base/types.h"

#include <string>

namespace lockstep {

/// Appends a line a row: "LABEL INDEX:VALUE …", indices from 1, zeros left out, numbers in the shortest form that reads
/// back as they are; float32: as floats of 4 bytes, which they are.
void append_libsvm(const RowBlock& block, Scalar storage, std::string& text);

}  // namespace lockstep
