#include "run/data_columns.h"

#include "data/data_input.h"
#include "data/reader_common.h"
#include "data/role_options.h"
#include "lockstep/base/errors.h"

namespace lockstep {

namespace {

/// As columns without a name are called: "c5".
bool is_generated_name(const std::string& name) {
  return name.size() > 1 && name[0] == 'c' && name.find_first_not_of("0123456789", 1) == std::string::npos;
}

}  // namespace

ReadSettings without_columns(ReadSettings read) {
  read.drop.clear();
  read.only.clear();
  read.formula = {};
  for (const RoleOption& role : kRoleOptions) {
    (read.*role.column).clear();
  }
  return read;
}

void name_roles(const Schema& schema, ReadSettings& read) {
  for (const RoleOption& role : kRoleOptions) {
    const Column* column = schema.find(role.role);
    std::string& name = read.*role.column;
    const bool is_used = !name.empty() || (schema.is_table && role.role != ColumnRole::label);
    if (is_used && role.role != ColumnRole::id && column != nullptr && !column->name.empty()) {
      name = column->name;
    }
  }
}

DataColumns::DataColumns(const ReadSettings& read)
    : path_(read.path), is_label_named_(read.y_name != ReadSettings().y_name) {
  const DataInput input = open_data(read);
  if (input.format->names != nullptr) {
    ReadSettings all = without_columns(read);
    all.label_kind = LabelKind::none;  // every column a feature
    all.expected = {};
    all.categorical = ReadSettings().categorical;
    names_ = input.format->names(all, *input.file);
  }
}

bool DataColumns::has(const std::string& name) const {
  return have_names() && names_.has(name);
}

std::string DataColumns::name_unless_usual(const std::string& name, const std::string& usual) const {
  return !names_.is_table && !has(name) && has(usual) ? "" : name;
}

std::string DataColumns::label_of_model(const std::string& name) const {
  if (name.empty() || (have_names() && !names_.is_table && is_label_named_)) {
    return {};
  }
  if (has(name)) {
    return name;
  }
  if (names_.has_header && !is_generated_name(name)) {
    throw DataError({path_, 0, 0}, no_such_column(name, names_.columns) +
                                       ", which the model was trained on; name the labels with --label-column");
  }
  return {};
}

}  // namespace lockstep
