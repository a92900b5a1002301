#include "lockstep/cli/stored_settings.h"

#include "lockstep/base/errors.h"
#include "lockstep/cli/config_file.h"
#include "lockstep/cli/layers.h"
#include "lockstep/cli/options.h"
#include "lockstep/data/csv_layout.h"
#include "lockstep/data/reader_common.h"
#include "lockstep/data/reader_format.h"
#include "lockstep/io/hdf5_input.h"
#include "lockstep/io/printable.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// What columns a data file has, by name.
class DataColumns {
 public:
  explicit DataColumns(const ReadSettings& read) : path_(read.path), y_name_(read.y_name) {
    const InputFile file(read.path);
    format_ = detect_format(read, file);
    if (format_ == DataFormat::hdf5) {
      datasets_.emplace(Hdf5Input::open(read.path));
    } else if (format_ == DataFormat::csv) {
      ReadSettings bare = read;  // every column a feature
      bare.label_kind = LabelKind::none;
      bare.drop.clear();
      for (std::string* column :
           {&bare.label_column, &bare.weight_column, &bare.offset_column, &bare.exposure_column, &bare.id_column}) {
        column->clear();
      }
      const CsvLayout layout = csv_layout(bare, file);
      has_header_ = layout.has_header;
      std::ranges::transform(layout.columns, std::back_inserter(names_), &CsvColumn::name);
    }
  }

  bool have_names() const { return format_ == DataFormat::csv || format_ == DataFormat::hdf5; }

  bool has(const std::string& name) const {
    return datasets_ ? datasets_->has(name) : std::ranges::find(names_, name) != names_.end();
  }

  /// The model's label where the data have it; empty where the usual place is the only one there is. Throws DataError
  /// where another column would be taken for it.
  std::string label(const std::string& name) const {
    const bool is_named_by_user = datasets_ && y_name_ != ReadSettings().y_name;
    if (name.empty() || is_named_by_user) {
      return {};
    }
    if (has(name)) {
      return name;
    }
    if (has_header_ && !is_generated_name(name)) {
      throw DataError({path_, 0, 0}, fmt::format("{}, which the model was trained on; name the labels with "
                                                 "--label-column",
                                                 no_such_column(name, names_)));
    }
    return {};
  }

 private:
  /// As columns without a name are called: "c5".
  static bool is_generated_name(const std::string& name) {
    return name.size() > 1 && name[0] == 'c' && name.find_first_not_of("0123456789", 1) == std::string::npos;
  }

  std::string path_;
  std::string y_name_;
  DataFormat format_ = DataFormat::automatic;
  bool has_header_ = false;
  std::vector<std::string> names_;
  std::optional<Hdf5Input> datasets_;
};

/// The names that no option uses.
std::vector<std::string> without_roles(std::vector<std::string> names, const ReadSettings& read) {
  std::erase_if(names, [&](const std::string& name) {
    return name == read.label_column || name == read.weight_column || name == read.offset_column ||
           name == read.exposure_column || name == read.id_column;
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
  return settings;
}

StoredColumns with_stored_columns(ReadSettings read, const ModelFile& file, const std::string& path) {
  const ReadSettings stored = stored_settings(file, path).data;
  const DataColumns columns(read);
  StoredColumns result;
  if (read.offset_column.empty()) {
    read.offset_column = stored.offset_column;
  }
  if (read.exposure_column.empty()) {
    read.exposure_column = stored.exposure_column;
  }
  if (!read.label_optional) {
    if (read.label_column.empty()) {
      result.label = columns.label(stored.label_column.empty() ? file.label_name : stored.label_column);
      read.label_column = result.label;
    }
    if (read.weight_column.empty() && !stored.weight_column.empty()) {
      (columns.has(stored.weight_column) ? read.weight_column : result.missing_weight) = stored.weight_column;
    }
  }
  if (read.drop.empty() && columns.have_names()) {
    read.drop = without_roles(stored.drop, read);
  }
  result.read = std::move(read);
  return result;
}

}  // namespace lockstep
