/// Reading data files into rows: CSV/TSV, LIBSVM text, HDF5, IDX. One shared file for any number of
/// ranks.
#pragma once

#include "data/feature_rows.h"
#include "data/formats.h"
#include "data/labels.h"
#include "data/row_block.h"
#include "data/schema.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

class Communicator;

/// Whether the first line of CSV names the columns; automatic: see judge_first_line() in csv_sample.h.
enum class HeaderPolicy { automatic, present, absent };

struct ReadSettings {
  std::string path;
  /// IDX: the file of the labels; empty: the name of `path` with `images` → `labels` and `idx3` → `idx1`.
  std::string labels;
  std::string labels_option = "--labels";         ///< what sets it, for messages
  const FormatRow* format = nullptr;              ///< null: see reader_format.h
  HeaderPolicy header = HeaderPolicy::automatic;  ///< CSV
  LabelKind label_kind = LabelKind::real;
  bool label_optional = false;    ///< a file without the label is read with `label` empty (predict, inspect)
  std::string label_column;       ///< empty: CSV `target`, `label`, `y` or `class`, else the last column; HDF5 /y
  std::string weight_column;      ///< empty: none (HDF5: /weight where present)
  std::string offset_column;      ///< empty: none (HDF5: /offset where present)
  std::string exposure_column;    ///< empty: none; its logarithm is added to the offset
  std::string id_column;          ///< empty: none
  std::vector<std::string> drop;  ///< columns left out
  std::string x_name = "X";       ///< HDF5 name of the features
  std::string y_name = "y";       ///< HDF5 name of the labels

  /// Given by a model file when data are read for it: features are matched by these names where the file has
  /// names, and by position otherwise; a file of another width is refused (LIBSVM: may be narrower). Empty
  /// with expected_features < 0: whatever the file has.
  std::vector<std::string> expected_names;
  std::int64_t expected_features = -1;
  /// Class names of the model file in class order; a label outside them is an error. Empty: classes of this
  /// file.
  std::vector<std::string> expected_classes;

  /// Features stay in the file where its format lets any of its rows be read at any time: RawData::features.
  bool features_apart = false;

  /// Classes are known to be numbers: set by read_data() when labels are read again to find one that is not.
  bool labels_are_numbers = false;

  /// > 0: only the rows that begin in the first so many bytes are read (of a text, or of the values as doubles; at
  /// least one), enough to foresee what all will take (outlook.h). 0: all rows.
  std::int64_t head_bytes = 0;
};

/// One rank's share of a file. `rows` of all ranks are consecutive in rank order.
struct RawData {
  RowBlock block;
  std::shared_ptr<const FeatureRows> features;  ///< not in the block, which holds the rest; null: they are
  const FormatRow* format = nullptr;            ///< that the file has; null: rows from memory
  /// Levels of the label: numbers ascending, else by bytes; expected_classes where given.
  Schema schema;
  std::int64_t total_rows = 0;
  std::int64_t rows_in_file = 0;      ///< total_rows, or what the header or the mean row of the head promise
  bool is_rows_in_file_exact = true;  ///< false: estimated from the head of a text
  std::int64_t reader_bytes = 0;      ///< held beside the rows while they are read, at most
  bool has_any_row = false;           ///< features could stay in the file: ReadSettings::features_apart
  std::string label_place;  ///< " in column 'y', which was taken for the label as …", for messages; may be empty
  /// What was guessed and may be wrong, one line each; the same on every rank.
  std::vector<std::string> notices;
};

/// Reads this rank's share. Collective. Throws the same error on every rank: SystemError (66, 77, 74) when
/// the file cannot be read, DataError (65) with FILE:LINE:COLUMN for bad content: the first in the file,
/// whatever the number of ranks.
RawData read_data(const ReadSettings& settings, Communicator& comm);

}  // namespace lockstep
