/// Steps the readers of all formats share.
#pragma once

#include "data/reader.h"
#include "data/text_share.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

/// How many columns of X the model wants; −1: whatever the file has.
std::int64_t expected_feature_count(const ReadSettings& settings);

/// The data are read for a model, with features or with a formula that may have none.
bool is_for_model(const ReadSettings& settings);

/// Throws DataError when a file of `features` features has another number than is expected; −1: any. `place` is the
/// file in messages.
void check_feature_count(std::int64_t expected, std::int64_t features, const std::string& place);

/// Throws ConfigurationError where settings name columns, which `format` ("LIBSVM text") has none of.
void refuse_column_names(const ReadSettings& settings, const std::string& format);

/// Throws ConfigurationError where settings say of columns what only CSV's are asked for: categories, missing values.
void refuse_column_kinds(const ReadSettings& settings, const std::string& format);

/// Throws DataError unless every rank sees the same file, by its size and its begin: nodes with local disks may
/// hold different files of one name. Collective.
void check_same_file(const InputFile& file, Communicator& comm);

/// Where the labels of a format with a second file for them are read from: settings.labels, or the usual name of the
/// path; empty: rows have none. Collective, since the file of the usual name may be missing on some nodes only. Throws
/// on every rank DataError where none is named, SystemError where the one of the usual name is missing.
std::string labels_path(const ReadSettings& settings, std::string (*usual_name)(const std::string& path),
                        Communicator& comm);

/// Which of a file's columns become features, and in which place.
struct FeatureChoice {
  std::vector<std::int64_t> feature;  ///< one a column: its feature number, or −1 when it is left out
  std::vector<std::string> names;     ///< of the features, in order
};

/// Chooses among `columns` (those without another role). Where the names come from the file (`named`) and `expected`
/// are names, these in their order; otherwise all, in file order, which are as many as `count` unless that is −1.
/// `place` is the file in messages. Throws DataError when a column of the model is missing or the width differs.
FeatureChoice choose_features(const std::vector<std::string>& expected, std::int64_t count,
                              const std::vector<std::string>& columns, bool named, const std::string& place);

/// The place of `name` in `columns`, or −1.
std::int64_t find_name(const std::vector<std::string>& columns, const std::string& name);

/// The place of a column that an option names: by its name, else by its number from 1 on; or −1.
std::int64_t find_column(const std::vector<std::string>& columns, const std::string& name);

/// The names in a list that was cut at its commas, put together again where a column's name holds commas.
std::vector<std::string> joined_names(const std::vector<std::string>& parts, const std::vector<std::string>& columns);

/// Rules that hold `mark`, in a list that was cut at its commas: a part without it belongs to the one before.
std::vector<std::string> rejoined(const std::vector<std::string>& parts, std::string_view mark);

/// "no column 'targt' (nearest: 'target', 'area')".
std::string no_such_column(const std::string& name, const std::vector<std::string>& columns);

/// "c1", "c2", …: the name of column i (from 0) where the file has none.
std::string generated_name(std::int64_t i);

/// Rows to be read of a file of `rows` × `columns` values: all, or at least one of its head.
std::int64_t rows_to_read(const ReadSettings& settings, std::int64_t rows, std::int64_t columns);

/// Gives the rows their global numbers. Collective. Throws DataError when no rank has a row of the whole file.
void number_rows(Communicator& comm, const ReadSettings& settings, RawData& data);

/// Checks a weight: finite and not negative. Throws ContentError at `column`.
void check_weight(double weight, std::int64_t column);

/// The offset an exposure stands for, log(exposure). Throws ContentError at `column` unless the exposure is
/// finite and above 0.
double offset_of_exposure(double exposure, std::int64_t column);

}  // namespace lockstep
