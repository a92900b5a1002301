#include "cli/stored_settings.h"

#include "cli/config_file.h"
#include "cli/layers.h"
#include "cli/options.h"
#include "data/data_input.h"
#include "data/role_options.h"
#include "io/printable.h"
#include "lockstep/base/errors.h"
#include "run/data_columns.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// The names that no option uses.
std::vector<std::string> without_roles(std::vector<std::string> names, const ReadSettings& read) {
  std::erase_if(names, [&](const std::string& name) {
    return std::ranges::any_of(kRoleOptions, [&](const RoleOption& role) { return name == read.*role.column; });
  });
  return names;
}

}  // namespace

TrainSettings stored_settings(const ModelFile& file, const std::string& path) {
  TrainSettings settings;
  try {
    const std::vector<Option> options = train_options(settings);
    std::vector<FileSetting> stored = parse_config(file.configuration, path);
    std::erase_if(stored, [](const FileSetting& one) { return one.key == "init"; });  // a hash, no path
    apply(file_layer(stored, options), options, [](const Given&) {});
    TrainSettings complete = settings;
    complete.data.path = path;  // any: it is not stored
    complete.validate_values();
  } catch (const Error& error) {
    throw DataError({printable(path), 0, 0}, std::string("its /provenance/configuration: ") + error.what());
  }
  name_roles(file.schema, settings.data);
  return settings;
}

StoredColumns with_stored_columns(ReadSettings read, const ModelFile& file, const std::string& path) {
  const ReadSettings stored = stored_settings(file, path).data;
  if (read.header == HeaderPolicy::automatic && open_data(read).format->has_header) {
    read.header = stored.header;
  }
  const DataColumns columns(read);
  if (columns.is_table_without_header()) {
    return columns_by_position(std::move(read), stored, file, columns.count());
  }
  StoredColumns result;
  if (columns.has_header() && file.schema.feature_names().empty() && file.schema.formula.empty()) {
    result.notice = read.path + ": the model knows no names of columns: features are taken by their places" +
                    (columns.count() > file.model.features && read.label_column.empty()
                         ? ", and the last column for the label unless one bears a usual name"
                         : "");
  }
  if (read.offset_column.empty()) {
    read.offset_column = columns.name_unless_usual(stored.offset_column, "offset");
  }
  if (read.exposure_column.empty()) {
    read.exposure_column = columns.name_unless_usual(stored.exposure_column, "offset");
  }
  if (!read.label_optional) {
    if (read.label_column.empty()) {
      result.label =
          columns.label_of_model(stored.label_column.empty() ? file.schema.label_name() : stored.label_column);
      read.label_column = result.label;
    }
    const std::string weight = columns.name_unless_usual(stored.weight_column, "weight");
    if (read.weight_column.empty() && !weight.empty()) {
      (columns.has(weight) ? read.weight_column : result.missing_weight) = weight;
    }
  }
  if (read.drop.empty() && columns.have_names()) {
    read.drop = without_roles(stored.drop, read);
  }
  result.read = std::move(read);
  return result;
}

std::vector<std::string> notices_of(const StoredColumns& columns) {
  std::vector<std::string> notices;
  if (!columns.notice.empty()) {
    notices.push_back(columns.notice);
  }
  if (!columns.missing_weight.empty()) {
    notices.push_back(fmt::format("{}: no column '{}', which weighted the rows in training: all rows weigh 1 here",
                                  columns.read.path, printable(columns.missing_weight)));
  }
  return notices;
}

}  // namespace lockstep
