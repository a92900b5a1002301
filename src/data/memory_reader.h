/// Rows in memory as a file's: the reader without a file.
#pragma once

#include "data/reader.h"
#include "lockstep/data/memory_rows.h"

namespace lockstep {

/// What messages call rows in memory.
inline constexpr const char* kMemorySource = "rows in memory";

/// Copies this rank's share. Collective. Throws Error (bad_data, 65) on every rank: no rows, spans of other lengths
/// than the rows ask for, features or columns that differ between ranks, a value that is not finite, a weight below 0,
/// and what LabelCollector refuses.
RawData read_rows(const MemoryRows& rows, LabelKind label_kind, Communicator& comm);

}  // namespace lockstep
