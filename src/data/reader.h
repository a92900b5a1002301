/// Reading data files into rows: CSV/TSV, LIBSVM text, HDF5, IDX, NumPy's arrays, Vowpal Wabbit's text. One shared file
/// for any number of ranks.
#pragma once

#include "data/csv_dialect.h"
#include "data/feature_rows.h"
#include "data/formats.h"
#include "data/formula.h"
#include "data/labels.h"
#include "data/row_block.h"
#include "data/schema.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lockstep {

class Communicator;
class FileReader;
struct StandardInput;

/// Whether the first line of CSV names the columns; automatic: see judge_first_line() in csv_sample.h.
enum class HeaderPolicy { automatic, present, absent };

/// Whether a category's reference level is left out of X. Automatic: without a penalty, where one level too many would
/// leave the minimiser undetermined; with one, leaving a level out would favour it.
enum class ReferencePolicy { automatic, left_out, kept };

/// What becomes of a level that training did not see.
enum class UnknownPolicy {
  error,
  ignore  ///< the row has none of the levels
};

struct ReadSettings {
  std::string path;                                     ///< a file, several, or "-": see data_paths.h
  std::shared_ptr<const StandardInput> standard_input;  ///< of "-": see take_standard_input()
  /// IDX, .npy: the file of the labels; empty: the usual name for `path` (FormatRow::usual_labels).
  std::string labels;
  std::string labels_option = "--labels";         ///< what sets it, for messages
  const FormatRow* format = nullptr;              ///< null: see reader_format.h
  HeaderPolicy header = HeaderPolicy::automatic;  ///< CSV
  Delimiter delimiter;                            ///< CSV
  DecimalMark decimal = DecimalMark::automatic;   ///< CSV
  bool skip_query_ids = false;                    ///< LIBSVM: qid:N behind the label is passed over
  int hash_bits = 18;                             ///< vw: X has 2^hash_bits columns; 1 to 30
  LabelKind label_kind = LabelKind::real;
  bool label_optional = false;    ///< a file without the label is read with `label` empty (predict, inspect)
  std::string label_column;       ///< empty: CSV `target`, `label`, `y` or `class`, else the last column; HDF5 /y
  std::string weight_column;      ///< empty: none (HDF5: /weight where present)
  std::string offset_column;      ///< empty: none (HDF5: /offset where present)
  std::string exposure_column;    ///< empty: none; its logarithm is added to the offset
  std::string id_column;          ///< empty: none
  std::string group_column;       ///< empty: none; its texts tell which rows belong together
  std::vector<std::string> drop;  ///< columns left out
  std::vector<std::string> only;  ///< columns that become features; empty: all without another role
  /// CSV: the label, the features and what X has of them; empty: as the other settings say.
  FormulaText formula;
  /// Columns of categories; `auto` among them: also those whose first values are words.
  std::vector<std::string> categorical = {"auto"};
  std::vector<std::string> reference;  ///< "NAME=LEVEL"; of other categories the first level
  ReferencePolicy reference_policy = ReferencePolicy::automatic;
  bool is_penalised = false;
  bool has_intercept = true;  ///< without one the first category keeps all its levels
  MissingPolicy missing = MissingPolicy::error;
  UnknownPolicy unknown = UnknownPolicy::error;
  std::vector<std::string> label_map;  ///< "FROM->TO": labels that are written in another way
  bool keeps_rows = false;             ///< no row may be left out (predict)
  std::string x_name = "X";            ///< HDF5 and .npz: name of the features
  std::string y_name = "y";            ///< HDF5 and .npz: name of the labels

  /// Of a model file when data are read for it, else without columns. Features, which may have no width in all, are
  /// matched by its names where the file has names, and by position otherwise; a file of another width is refused
  /// (LIBSVM: may be narrower). A label outside its classes is an error.
  Schema expected;

  /// Features stay in the file where its format lets any of its rows be read at any time: RawData::features.
  bool features_apart = false;

  /// Classes are known to be numbers: set by read_data() when labels are read again to find one that is not.
  bool labels_are_numbers = false;
  /// Shares of a text begin within quotes: set by read_data() when rows are read again (text_parser.h).
  bool are_shares_quoted = false;
  int threads = 1;  ///< of this rank, that parse text

  /// > 0: only the rows that begin in the first so many bytes are read (of a text, or of the values as doubles; at
  /// least one), enough to foresee what all will take (outlook.h). 0: all rows.
  std::int64_t head_bytes = 0;
};

std::string to_string(UnknownPolicy policy);
/// Throws ConfigurationError for another word.
UnknownPolicy unknown_policy(const std::string& word);

/// One rank's share of a file. `rows` of all ranks are consecutive in rank order.
struct RawData {
  RowBlock block;
  std::shared_ptr<const FeatureRows> features;  ///< not in the block, which holds the rest; null: they are
  const FormatRow* format = nullptr;            ///< that the file has; null: rows from memory
  /// Levels of the label: numbers ascending, else by bytes; those expected where given.
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

/// Takes the rows that a reader pushes; `settings` are those it was opened with.
using UseReader = std::function<void(FileReader& reader, const FormatRow& format, const ReadSettings& settings)>;

/// Opens the file for `use`, which calls FileReader::read() once; and again, for a fresh start, where the first reading
/// shows how the file is to be understood. Returns what is to be said of the input. Collective. Throws on every rank
/// what read_data() does for the file, and what `use` throws.
std::vector<std::string> with_reader(const ReadSettings& settings, Communicator& comm, const UseReader& use);

/// Reads this rank's share. Collective. Throws the same error on every rank: SystemError (66, 77, 74) when
/// the file cannot be read, DataError (65) with FILE:LINE:COLUMN for bad content: the first in the file,
/// whatever the number of ranks.
RawData read_data(const ReadSettings& settings, Communicator& comm);

}  // namespace lockstep
