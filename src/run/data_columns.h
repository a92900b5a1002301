/// The columns of a data file by name, before it is read: whether the roles that a model knows can be given again.
#pragma once

#include "data/reader.h"
#include "io/hdf5_input.h"

#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace lockstep {

/// `read` without the columns that options name.
ReadSettings without_columns(ReadSettings read);

class DataColumns {
 public:
  /// Reads the head of read.path. Not Collective. Throws what reading it throws.
  explicit DataColumns(const ReadSettings& read);

  /// False for formats that have no names: LIBSVM text and IDX.
  bool have_names() const { return format_ == DataFormat::csv || format_ == DataFormat::hdf5; }
  bool has(const std::string& name) const;
  bool is_table_without_header() const { return format_ == DataFormat::csv && !has_header_; }
  bool has_header() const { return has_header_; }
  std::int64_t count() const { return std::ssize(names_); }  ///< of a table

  /// `name`, the label that a model was trained on, where the data have it. Empty where labels have a place of their
  /// own instead, or the user named it. Throws DataError for a table with a header and no such column: another one
  /// would be taken for it.
  std::string label_of_model(const std::string& name) const;

 private:
  std::string path_;
  DataFormat format_ = DataFormat::automatic;
  bool is_label_named_ = false;  // by --y-name
  bool has_header_ = false;
  std::vector<std::string> names_;
  std::optional<Hdf5Input> datasets_;
};

}  // namespace lockstep
