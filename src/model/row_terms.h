/// Targets and weights of some rows, as every model loads them into its scratch.
#pragma once

#include "model/model.h"

#include <span>

namespace lockstep {

/// scratch.target, scratch.weight = label and s (times the class weight) of these rows of the set; the padding gets
/// weight 0 and with it adds exact zeros to every sum. Makes room for `stride` numbers a row in all row buffers.
void load_rows(const RowSet& set, const Rows& rows, std::span<const double> class_weights, Index stride,
               Workspace& scratch);

/// `add(piece, part)` for the pieces one by one, `part` being the pass with the margins of that piece alone.
template <typename AddPiece>
void for_each_piece(const RowSet& rows, const Pass& pass, Index outputs, AddPiece add) {
  std::size_t begin = 0;
  for (const Rows& piece : rows.pieces) {
    const auto count = static_cast<std::size_t>(piece.count * outputs);
    add(piece, pass.of_margins(begin, count));
    begin += count;
  }
}

}  // namespace lockstep
