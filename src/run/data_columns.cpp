#include "run/data_columns.h"

#include "data/csv_layout.h"
#include "data/reader_common.h"
#include "data/reader_format.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <iterator>

namespace lockstep {

namespace {

/// As columns without a name are called: "c5".
bool is_generated_name(const std::string& name) {
  return name.size() > 1 && name[0] == 'c' && name.find_first_not_of("0123456789", 1) == std::string::npos;
}

}  // namespace

ReadSettings without_columns(ReadSettings read) {
  read.drop.clear();
  for (std::string* column :
       {&read.label_column, &read.weight_column, &read.offset_column, &read.exposure_column, &read.id_column}) {
    column->clear();
  }
  return read;
}

DataColumns::DataColumns(const ReadSettings& read)
    : path_(read.path), is_label_named_(read.y_name != ReadSettings().y_name) {
  const InputFile file(read.path);
  format_ = detect_format(read, file);
  if (format_ == DataFormat::hdf5) {
    datasets_.emplace(Hdf5Input::open(read.path));
  } else if (format_ == DataFormat::csv) {
    ReadSettings all = without_columns(read);
    all.label_kind = LabelKind::none;  // every column a feature
    all.expected_names.clear();
    all.expected_features = -1;
    const CsvLayout layout = csv_layout(all, file);
    has_header_ = layout.has_header;
    std::ranges::transform(layout.columns, std::back_inserter(names_), &CsvColumn::name);
  }
}

bool DataColumns::has(const std::string& name) const {
  return datasets_ ? datasets_->has(name) : std::ranges::find(names_, name) != names_.end();
}

std::string DataColumns::label_of_model(const std::string& name) const {
  if (name.empty() || (datasets_ && is_label_named_)) {
    return {};
  }
  if (has(name)) {
    return name;
  }
  if (has_header_ && !is_generated_name(name)) {
    throw DataError({path_, 0, 0}, no_such_column(name, names_) +
                                       ", which the model was trained on; name the labels with --label-column");
  }
  return {};
}

}  // namespace lockstep
