/// What one pass over all rows finds out before they are laid out, whether they are in memory or in their file.
#pragma once

#include "data/reader.h"

#include <cstdint>
#include <functional>

namespace lockstep {

class Communicator;

struct RowSurvey {
  std::int64_t stored_entries = 0;  ///< nonzeros of all ranks
  std::uint64_t fingerprint = 0;    ///< data_fingerprint()
};

using VisitRows = std::function<void(const RowBlock& rows)>;

/// Calls visit with this rank's rows, features, labels, weights and offsets, in their order: all at once where they are
/// in memory, else some after the other while the next ones are read. Throws BadRow, and what reading fails with.
void visit_rows(const RawData& raw, const VisitRows& visit);

/// The pass; `also` sees the rows on the way. Collective. Throws on every rank what visit_rows() throws on one.
RowSurvey survey_rows(const RawData& raw, Communicator& comm, const VisitRows& also = {});

/// Throws the first error among the features of all ranks' rows. Collective.
void require_good_rows(const RawData& raw, Communicator& comm);

}  // namespace lockstep
