/// The columns of a data file by name, before it is read: whether the roles that a model knows can be given again.
#pragma once

#include "data/reader.h"

#include <cstdint>
#include <iterator>
#include <string>

namespace lockstep {

/// `read` without the columns that options name.
ReadSettings without_columns(ReadSettings read);

/// Names in `read` the columns of the roles as a model of `schema` knows them: those that options named by number, and
/// of a table that was converted all but the label.
void name_roles(const Schema& schema, ReadSettings& read);

class DataColumns {
 public:
  /// Reads the head of read.path. Not Collective. Throws what reading it throws.
  explicit DataColumns(const ReadSettings& read);

  /// False for formats that have no names: see FormatRow::names.
  bool have_names() const { return names_.has != nullptr; }
  bool has(const std::string& name) const;
  /// `name`, a column that a model was trained with; empty where there are arrays without one of that name that have
  /// the `usual` one for it, as convert writes them: it is read unnamed.
  std::string name_unless_usual(const std::string& name, const std::string& usual) const;
  bool is_table_without_header() const { return names_.is_table && !names_.has_header; }
  bool has_header() const { return names_.has_header; }
  std::int64_t count() const { return std::ssize(names_.columns); }  ///< of a table

  /// `name`, the label that a model was trained on, where the data have it. Empty where labels have a place of their
  /// own instead, or the user named it. Throws DataError for a table with a header and no such column: another one
  /// would be taken for it.
  std::string label_of_model(const std::string& name) const;

 private:
  std::string path_;
  bool is_label_named_ = false;  // by --y-name
  FileNames names_;
};

}  // namespace lockstep
