#include "data/array_layout.h"

#include "data/array_column.h"
#include "data/notices.h"
#include "data/reader_common.h"
#include "data/text_error.h"
#include "io/printable.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <limits>
#include <span>
#include <unordered_set>

namespace lockstep {

namespace {

constexpr const char* kFeatureNames = "/feature_names";
constexpr const char* kClassNames = "/class_names";
/// AnnData: the columns of rows, and the names of the columns of X.
constexpr const char* kObservations = "/obs";
constexpr const char* kVariables = "/var/_index";
/// Values of the first rows that are looked at for ids.
constexpr std::int64_t kSampleValues = std::int64_t{1} << 16;

std::string absolute(const std::string& name) {
  return name.starts_with('/') ? name : '/' + name;
}

class LayoutBuilder {
 public:
  LayoutBuilder(const ReadSettings& settings, ArrayFile& input) : settings_(settings), input_(input) {}

  ArrayLayout build() {
    find_features();
    const std::vector<std::string> class_names = find_label();
    layout_.weight = find_vector(settings_.weight_column, "weight");
    layout_.offset = find_vector(settings_.offset_column, "offset");
    if (!settings_.exposure_column.empty()) {
      layout_.exposure = find_vector(settings_.exposure_column, "");
    }
    if (!settings_.id_column.empty()) {
      layout_.id = find_vector(settings_.id_column, "");
    }
    if (!settings_.group_column.empty()) {
      layout_.group = find_vector(settings_.group_column, "");
    }
    choose_columns();
    add_vectors(class_names);
    note_guesses();
    return std::move(layout_);
  }

 private:
  void find_features() {
    layout_.x = absolute(settings_.x_name);
    if (!input_.has(layout_.x)) {
      throw error("", "no dataset " + layout_.x + " (the features); name it with --x-name" + names_there());
    }
    if (input_.is_group(layout_.x)) {
      find_sparse_features();
      return;
    }
    const std::vector<std::int64_t> shape = input_.shape(layout_.x);
    if (shape.size() != 2) {
      throw error(layout_.x, "features need 2 dimensions, rows × columns (saw " + std::to_string(shape.size()) + ")" +
                                 "; in NumPy " + (shape.size() > 2 ? "X.reshape(len(X), -1)" : "X.reshape(-1, 1)"));
    }
    layout_.rows = shape[0];
    layout_.columns = shape[1];
  }

  /// As AnnData and SciPy have them: the values of the rows one after the other, their columns, and where rows begin.
  void find_sparse_features() {
    for (const char* part : {"/data", "/indices", "/indptr"}) {
      const std::string name = layout_.x + part;
      if (!input_.has(name)) {
        throw error(layout_.x, "is a group without " + name +
                                   "; features are a dataset of rows × columns, or a group of data, indices and indptr "
                                   "(compressed sparse rows)");
      }
      if (input_.is_group(name) || input_.shape(name).size() != 1) {
        throw error(name, "is no list of numbers");
      }
    }
    std::vector<std::int64_t> shape = input_.attribute_integers(layout_.x, "shape", 2);
    const std::string listed = layout_.x + "/shape";
    if (shape.empty() && input_.has(listed) && input_.shape(listed) == std::vector<std::int64_t>{2}) {
      shape.resize(2);
      input_.read_rows(listed, 0, 2, std::span<std::int64_t>(shape));
    }
    constexpr std::int64_t kMostColumns = std::numeric_limits<std::int32_t>::max();
    if (shape.size() != 2 || shape[0] < 0 || shape[1] < 0 || shape[1] > kMostColumns) {
      throw error(layout_.x, "a sparse matrix needs its rows and columns, in an attribute \"shape\"");
    }
    layout_.is_sparse = true;
    layout_.rows = shape[0];
    layout_.columns = shape[1];
    const std::int64_t starts = input_.shape(layout_.x + "/indptr")[0];
    const bool is_by_columns = shape[0] == shape[1]
                                   ? input_.attribute_text(layout_.x, "encoding-type").starts_with("csc")
                                   : starts == shape[1] + 1;
    if (is_by_columns) {
      throw error(layout_.x, "is a sparse matrix by columns (CSC), and rows are wanted; store matrix.tocsr()");
    }
    if (starts != shape[0] + 1) {
      throw error(layout_.x + "/indptr", "needs one number more than the " + std::to_string(shape[0]) + " rows (saw " +
                                             std::to_string(starts) + ")");
    }
    if (input_.shape(layout_.x + "/indices") != input_.shape(layout_.x + "/data")) {
      throw error(layout_.x + "/indices", "needs a column for each value of " + layout_.x + "/data");
    }
    for (const char* part : {"/indices", "/indptr"}) {
      if (is_text(layout_.x + part) || is_fraction(layout_.x + part)) {
        throw error(layout_.x + part, "is no list of integers");
      }
    }
    if (is_text(layout_.x + "/data")) {
      throw error(layout_.x + "/data", "is no list of numbers");
    }
  }

  /// " (the file holds /a, /b)", some of what stands in the root group.
  std::string names_there() const {
    constexpr std::size_t kMostNames = 10;
    const std::vector<std::string> names = input_.names();
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i) {
      text += (i == 0 ? " (the file holds /" : ", /") + printable(names[i]);
    }
    return text.empty() ? text : text + (names.size() > kMostNames ? ", …)" : ")");
  }

  /// Returns the texts that the file has for the labels 0, 1, …
  std::vector<std::string> find_label() {
    if (settings_.label_kind == LabelKind::none) {
      return {};
    }
    const std::string name = column_named(settings_.label_column.empty() ? settings_.y_name : settings_.label_column);
    if (!input_.has(name)) {
      if (settings_.label_optional) {
        return {};
      }
      throw error("", "no dataset " + name + " (the labels); name it with --y-name" + names_there());
    }
    check_length(name);
    layout_.label = name;
    const bool is_coded = is_categorical(input_, name);
    const std::string categories = name + "/categories";
    if (is_text(is_coded ? categories : name)) {
      return is_coded ? input_.read_text(categories) : std::vector<std::string>{};
    }
    return input_.has(kClassNames) ? input_.read_text(kClassNames) : std::vector<std::string>{};
  }

  bool is_fraction(const std::string& name) {
    const ArrayKind kind = input_.kind(name);
    return kind == ArrayKind::float32 || kind == ArrayKind::float64;
  }

  bool is_text(const std::string& name) { return input_.kind(name) == ArrayKind::text; }

  /// The dataset of that name, or AnnData's column of the rows: "kind" is /obs/kind where there is no /kind.
  std::string column_named(const std::string& name) const {
    const std::string whole = absolute(name);
    return !input_.has(whole) && input_.has(kObservations + whole) ? kObservations + whole : whole;
  }

  /// The dataset an option names, or the usual one where it stands.
  std::string find_vector(const std::string& wanted, const std::string& usual) {
    std::string name = wanted.empty() ? absolute(usual) : column_named(wanted);
    if (!input_.has(name)) {
      if (wanted.empty()) {
        return {};
      }
      throw error("", "no dataset " + name);
    }
    check_length(name);
    return name;
  }

  void check_length(const std::string& name) {
    if (is_categorical(input_, name)) {
      check_length(name + "/codes");
      return;
    }
    if (input_.is_group(name)) {
      throw error(name, "is a group; name a dataset");
    }
    const std::vector<std::int64_t> shape = input_.shape(name);
    if (shape.empty() || shape[0] != layout_.rows || (shape.size() == 2 && shape[1] != 1)) {
      std::string seen = shape.empty() ? "a scalar" : std::to_string(shape[0]);
      seen += shape.size() == 2 ? " × " + std::to_string(shape[1]) : "";
      const bool is_line = std::ranges::count_if(shape, [](std::int64_t length) { return length != 1; }) <= 1;
      const bool is_transposed = !shape.empty() && is_line && layout_.columns != layout_.rows &&
                                 std::ranges::find(shape, layout_.columns) != shape.end();
      throw error(name, "needs one value for each of the " + std::to_string(layout_.rows) + " rows of " + layout_.x +
                            " (saw " + seen + ")" +
                            (is_transposed
                                 ? "; " + layout_.x + " is " + std::to_string(layout_.rows) + " × " +
                                       std::to_string(layout_.columns) + ": is it transposed? rows × columns are wanted"
                                 : ""));
    }
  }

  void choose_columns() {
    const std::vector<std::string> names = column_names();
    if (names.empty()) {
      check_feature_count(expected_feature_count(settings_), layout_.columns, settings_.path);
      layout_.features = layout_.columns;
      layout_.schema.columns.push_back({.feature = 0, .width = layout_.features});
      return;
    }
    std::vector<std::size_t> kept;
    std::vector<std::string> kept_names;
    const std::unordered_set<std::string> dropped = dropped_names(names);
    for (std::size_t column = 0; column < names.size(); ++column) {
      if (!dropped.contains(names[column])) {
        kept.push_back(column);
        kept_names.push_back(names[column]);
      }
    }
    FeatureChoice choice = choose_features(settings_.expected.feature_names(), expected_feature_count(settings_),
                                           kept_names, layout_.is_named, settings_.path);
    layout_.feature_of_column.assign(names.size(), -1);
    for (std::size_t i = 0; i < kept.size(); ++i) {
      layout_.feature_of_column[kept[i]] = choice.feature[i];
    }
    layout_.features = std::ssize(choice.names);
    keep_all_as_they_stand();
    if (!layout_.is_named) {
      layout_.schema.columns.push_back({.feature = 0, .width = layout_.features});
      return;
    }
    for (std::size_t column = 0; column < names.size(); ++column) {
      const std::int64_t feature =
          layout_.feature_of_column.empty() ? static_cast<std::int64_t>(column) : layout_.feature_of_column[column];
      layout_.schema.columns.push_back(
          {.name = names[column], .role = feature < 0 ? ColumnRole::ignored : ColumnRole::feature, .feature = feature});
    }
  }

  /// Where no column is left out or moved, nothing need be said of each.
  void keep_all_as_they_stand() {
    std::vector<std::int64_t>& feature = layout_.feature_of_column;
    bool is_as_it_stands = layout_.features == layout_.columns;
    for (std::size_t column = 0; column < feature.size(); ++column) {
      is_as_it_stands &= feature[column] == static_cast<std::int64_t>(column);
    }
    if (is_as_it_stands) {
      feature.clear();
    }
  }

  void add_vectors(const std::vector<std::string>& class_names) {
    const auto add = [&](const std::string& name, ColumnRole role, ColumnKind kind) {
      if (!name.empty()) {
        layout_.schema.columns.push_back({.name = name.substr(1), .role = role, .kind = kind});
      }
    };
    add(layout_.label, ColumnRole::label, ColumnKind::number);
    add(layout_.weight, ColumnRole::weight, ColumnKind::number);
    add(layout_.offset, ColumnRole::offset, ColumnKind::number);
    add(layout_.exposure, ColumnRole::exposure, ColumnKind::number);
    add(layout_.id, ColumnRole::id, ColumnKind::text);
    add(layout_.group, ColumnRole::group, ColumnKind::text);
    if (!class_names.empty()) {
      layout_.schema.set_class_names(class_names);
    }
  }

  /// For those who choose the features; a model's are chosen. Ids are looked for in the first rows.
  void note_guesses() {
    if (is_for_model(settings_) || (layout_.is_sparse && !layout_.is_named)) {
      return;
    }
    const std::int64_t in_sample = kSampleValues / std::max<std::int64_t>(1, layout_.columns);
    const std::int64_t rows = layout_.is_sparse ? 0 : std::min(layout_.rows, in_sample);
    std::vector<double> values(static_cast<std::size_t>(rows * layout_.columns));
    if (rows > 0) {
      input_.read_rows(layout_.x, 0, rows, std::span<double>(values));
    }
    std::vector<std::string> labels;
    std::vector<std::string> ids;
    for (std::size_t column = 0; column < static_cast<std::size_t>(layout_.columns); ++column) {
      if (!layout_.feature_of_column.empty() && layout_.feature_of_column[column] < 0) {
        continue;
      }
      const std::string name =
          layout_.is_named ? layout_.schema.columns[column].name : generated_name(static_cast<std::int64_t>(column));
      std::vector<double> sample;
      for (std::size_t i = column; i < values.size(); i += static_cast<std::size_t>(layout_.columns)) {
        sample.push_back(values[i]);
      }
      if (is_usual_label(name)) {
        labels.push_back(name);
      } else if (are_ids(name, std::move(sample))) {
        ids.push_back(name);
      }
    }
    if (!labels.empty()) {
      layout_.notices.push_back(notice_of_labels(settings_.path, labels));
    }
    if (!ids.empty()) {
      layout_.notices.push_back(
          notice_of_ids(settings_.path, ids,
                        rows == layout_.rows ? "every row" : "each of the first " + std::to_string(rows) + " rows"));
    }
  }

  /// Those of the file, else c1, c2, … AnnData's need not differ: where they do not, they are none, which is said.
  /// Empty where there are none, and none are asked for.
  std::vector<std::string> column_names() {
    const bool is_own = input_.has(kFeatureNames);
    const bool is_anndata = !is_own && input_.has(kVariables) && !input_.is_group(kVariables);
    std::vector<std::string> names;
    if (is_own || is_anndata) {
      const std::string place = is_own ? kFeatureNames : kVariables;
      names = input_.read_text(place);
      if (std::ssize(names) != layout_.columns) {
        throw error(place, std::to_string(names.size()) + " names for the " + std::to_string(layout_.columns) +
                               " columns of " + layout_.x);
      }
      if (const std::string twice = name_that_stands_twice(names); !twice.empty()) {
        const std::string what = "the name " + twice + " stands twice";
        if (is_own) {
          throw error(place, what);
        }
        layout_.notices.push_back(settings_.path + ": " + place + ": " + what + ": columns are named c1, c2, …");
        names.clear();
      }
    }
    layout_.is_named = !names.empty();
    if (!layout_.is_named && settings_.drop.empty()) {
      return {};  // there may be very many
    }
    for (std::int64_t i = std::ssize(names); i < layout_.columns; ++i) {
      names.push_back(generated_name(i));
    }
    return names;
  }

  static std::string name_that_stands_twice(const std::vector<std::string>& names) {
    std::unordered_set<std::string> seen;
    const auto twice = std::ranges::find_if(names, [&](const auto& name) { return !seen.insert(name).second; });
    return twice == names.end() ? "" : shown(*twice);
  }

  std::unordered_set<std::string> dropped_names(const std::vector<std::string>& names) const {
    const std::vector<std::string> dropped = joined_names(settings_.drop, names);
    for (const std::string& name : dropped) {
      if (settings_.expected.feature_names().empty() && find_name(names, name) < 0) {
        throw error("", no_such_column(name, names));
      }
    }
    return {dropped.begin(), dropped.end()};
  }

  DataError error(const std::string& object, const std::string& message) const {
    return DataError((object.empty() ? settings_.path : input_.place(object)) + ": " + message);
  }

  const ReadSettings& settings_;
  ArrayFile& input_;
  ArrayLayout layout_;
};

}  // namespace

ArrayLayout array_layout(const ReadSettings& settings, ArrayFile& input) {
  return LayoutBuilder(settings, input).build();
}

}  // namespace lockstep
