/// Tables without a header for a model that exists: their columns are taken for those of training by their places.
#pragma once

#include "data/reader.h"
#include "run/model_file.h"

#include <cstdint>
#include <string>

namespace lockstep {

/// Data read with the roles of columns that the model was trained with, where `read` names none itself.
struct StoredColumns {
  ReadSettings read;
  std::string label;           ///< the model's label column, where the data have it and it is used; else empty
  std::string missing_weight;  ///< the model's weight column, where the data lack it; else empty
  std::string notice;          ///< one line where columns are matched by their places; else empty
};

/// `read` of a table of `columns` columns without a header. `stored` names the roles as in training. But for the
/// columns that `read` names ("c3"), the table has
///   - the columns of the training table, in their order: all roles are known;
///   - or the model's features alone, in their order, unless labels, an offset or an exposure are needed.
/// Of a model that was trained on no table, or by an earlier version on a table with a header, the features and then
/// the label count as that table. Not Collective. Throws DataError naming both widths for any other number of columns.
StoredColumns columns_by_position(ReadSettings read, const ReadSettings& stored, const ModelFile& file,
                                  std::int64_t columns);

}  // namespace lockstep
