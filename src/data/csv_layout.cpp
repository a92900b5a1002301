#include "data/csv_layout.h"

#include "data/csv_formula.h"
#include "data/csv_head.h"
#include "data/notices.h"
#include "data/reader_common.h"
#include "data/role_options.h"
#include "data/text_cause.h"
#include "data/text_error.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <unordered_set>

namespace lockstep {

namespace {

constexpr const char* kAutomatic = "auto";
constexpr const char* kNone = "none";

/// Gives the columns their roles, in this order: dropped, named by an option, the label found by default, features.
class LayoutBuilder {
 public:
  LayoutBuilder(const ReadSettings& settings, const InputFile& file)
      : settings_(settings),
        file_(file),
        model_names_(settings.expected.input_names()),
        expected_names_(model_names_.begin(), model_names_.end()) {
    const bool is_known = is_for_model(settings);
    const std::string& text = is_known ? settings.expected.formula.text : settings.formula.text;
    if (!text.empty()) {
      layout_.formula = parse_formula(text, {});
    }
    label_column_ = is_known || !layout_.has_formula() ? settings.label_column : layout_.formula.response;
  }

  CsvLayout build() {
    if (!is_for_model(settings_) && layout_.has_formula()) {
      refuse_beside_formula(settings_, layout_.formula);
    }
    read_head();
    with_notices(layout_.notices, [&] {
      name_columns();
      drop_columns();
      assign_roles();
      choose_label();
      keep_only();
      keep_formula();
      number_features();
      choose_categories();
    });
    note_guesses();
    return std::move(layout_);
  }

 private:
  void read_head() {
    head_ = csv_head(settings_, file_);
    first_line_ = head_.line;
    layout_.delimiter = head_.delimiter;
    layout_.has_decimal_comma = head_.has_decimal_comma;
    layout_.has_header = head_.has_header;
    layout_.header = head_.has_header ? head_.text : "";
    layout_.second_header = head_.second_header;
    layout_.body = head_.body;
    layout_.notices = head_.notices;
    for (std::size_t i = 0; i < head_.fields.size(); ++i) {
      CsvColumn& column = layout_.columns.emplace_back();
      column.name = head_.fields[i].text;
      column.position = head_.fields[i].position;
      column.is_boolean = head_.sample.columns[i].is_boolean();
    }
  }

  void name_columns() {
    auto& columns = layout_.columns;
    if (columns.size() > 1 && columns.back().name.empty()) {
      layout_.has_trailing_delimiter = true;
      columns.pop_back();
    }
    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      CsvColumn& column = columns[i];
      column.is_named = layout_.has_header && !column.name.empty();
      if (!column.is_named) {
        column.name = generated_name(static_cast<std::int64_t>(i));
      }
      if (!seen.insert(column.name).second) {
        throw DataError({settings_.path, first_line_, column.position},
                        "the name " + shown(column.name) + " stands twice in the header; is the header missing?");
      }
      names_.push_back(column.name);
    }
  }

  void drop_columns() {
    const std::vector<std::string> dropped = joined_names(settings_.drop, names_);
    for (const std::string& name : dropped) {
      if (CsvColumn* column = find(name)) {
        column->role = ColumnRole::ignored;
      } else if (model_names_.empty()) {  // a model's own columns are picked; no others need dropping
        throw missing_column(name);
      }
    }
  }

  void assign_roles() {
    for (const RoleOption& role : kRoleOptions) {
      const std::string& name = settings_.*role.column;
      if (role.role != ColumnRole::label && !name.empty()) {
        assign(name, role.role, role.option);
      }
    }
  }

  void assign(const std::string& name, ColumnRole role, const char* option) {
    CsvColumn* column = find(name);
    if (column == nullptr) {
      throw missing_column(name);
    }
    if (column->role != ColumnRole::feature) {
      throw ConfigurationError(settings_.path + ": " + option + ' ' + shell_word(name) +
                               ": another option drops or uses this column");
    }
    if (is_expected(*column) && role != ColumnRole::label) {
      throw ConfigurationError(settings_.path + ": " + option + ' ' + shell_word(name) +
                               ": the model uses this column as a feature; train without it (--drop " +
                               shell_word(name) + "), or name another");
    }
    column->role = role;
  }

  void choose_label() {
    const bool may_lack = settings_.label_optional || settings_.label_kind == LabelKind::none;
    CsvColumn* label = nullptr;
    if (!label_column_.empty()) {
      label = find(label_column_);
      if (label != nullptr || !may_lack) {
        assign(label_column_, ColumnRole::label, settings_.label_column.empty() ? "--formula" : "--label-column");
      }
    } else {
      label = default_label(may_lack);
      if (label == nullptr && !may_lack) {
        throw DataError(place() + ": no label column; name it with --label-column");
      }
    }
    if (label != nullptr) {
      label->role = settings_.label_kind == LabelKind::none ? ColumnRole::ignored : ColumnRole::label;
    }
  }

  /// `target`, `label`, `y` or `class`, else the last column, unless that is a feature of the model.
  CsvColumn* default_label(bool may_lack) {
    std::vector<CsvColumn*> candidates;
    for (CsvColumn& column : layout_.columns) {
      if (column.role == ColumnRole::feature && !is_expected(column)) {
        candidates.push_back(&column);
      }
    }
    for (const char* usual : {"target", "label", "y", "class"}) {
      const auto found = std::ranges::find_if(
          candidates, [&](const CsvColumn* column) { return equals_ignoring_case(column->name, usual); });
      if (found != candidates.end()) {
        layout_.label_guess = LabelGuess::by_name;
        return *found;
      }
    }
    if (candidates.empty() || (may_lack && (matches_by_name() || all_are_features(std::ssize(candidates))))) {
      return nullptr;
    }
    const bool is_last = std::ranges::none_of(
        layout_.columns, [&](const CsvColumn& column) { return is_expected(column) && &column > candidates.back(); });
    layout_.label_guess = LabelGuess::last;
    return is_last ? candidates.back() : nullptr;
  }

  void keep_only() {
    if (settings_.only.empty() || is_for_model(settings_)) {
      return;
    }
    std::unordered_set<const CsvColumn*> kept;
    for (const std::string& name : joined_names(settings_.only, names_)) {
      const CsvColumn* column = find(name);
      if (column == nullptr) {
        throw missing_column(name);
      }
      if (column->role != ColumnRole::feature) {
        throw ConfigurationError(settings_.path + ": --only " + shell_word(name) +
                                 ": another option drops or uses this column");
      }
      kept.insert(column);
    }
    for (CsvColumn& column : layout_.columns) {
      const bool is_left_out = column.role == ColumnRole::feature && !kept.contains(&column);
      column.role = is_left_out ? ColumnRole::ignored : column.role;
    }
  }

  /// The features are those of a formula, whose "." stands for all that could be.
  void keep_formula() {
    if (!layout_.has_formula() || is_for_model(settings_)) {
      return;
    }
    std::vector<std::string> others;
    for (const CsvColumn& column : layout_.columns) {
      if (column.role == ColumnRole::feature) {
        others.push_back(column.name);
      }
    }
    layout_.formula = parse_formula(settings_.formula.text, others);
    const std::vector<std::string> names = layout_.formula.columns();
    std::unordered_set<std::string> kept(names.begin(), names.end());
    for (CsvColumn& column : layout_.columns) {
      const bool is_kept = kept.erase(column.name) > 0;
      if (is_kept && column.role != ColumnRole::feature) {
        throw ConfigurationError(settings_.path + ": --formula: another option drops or uses column " +
                                 shown(column.name));
      }
      column.role = !is_kept && column.role == ColumnRole::feature ? ColumnRole::ignored : column.role;
    }
    const auto missing = std::ranges::find_if(names, [&](const std::string& name) { return kept.contains(name); });
    if (missing != names.end()) {
      throw missing_column(*missing);
    }
  }

  /// Without names to go by: none of `columns` is left for a label that may be absent.
  bool all_are_features(std::int64_t columns) const {
    const std::int64_t expected = expected_columns();
    return expected < 0 ? settings_.label_kind == LabelKind::none : columns == expected;
  }

  void number_features() {
    std::vector<std::string> names;
    std::vector<CsvColumn*> columns;
    for (CsvColumn& column : layout_.columns) {
      if (column.role == ColumnRole::feature) {
        names.push_back(column.name);
        columns.push_back(&column);
      }
    }
    FeatureChoice choice = is_without_features()
                               ? FeatureChoice{std::vector<std::int64_t>(names.size(), -1), {}}
                               : choose_features(model_names_, expected_columns(), names, layout_.has_header, place());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      CsvColumn& column = *columns[i];
      column.feature = choice.feature[i];
      column.role = column.feature < 0 ? ColumnRole::ignored : ColumnRole::feature;
      if (column.role == ColumnRole::feature && layout_.has_header && !column.is_named) {
        throw DataError({settings_.path, first_line_, column.position},
                        "a column without a name; name it, or leave it out with --drop " + column.name +
                            (layout_.second_header.empty() ? ""
                                                           : "; is there text before the header, which the next line "
                                                             "seems to be? remove it"));
      }
    }
    layout_.features = std::ssize(choice.names);
  }

  /// A model of an intercept alone, by its formula: whatever columns there are.
  bool is_without_features() const { return !settings_.expected.formula.empty() && model_names_.empty(); }

  /// The columns that a model's features come from; −1: no model. One of another format has columns of X alone.
  std::int64_t expected_columns() const {
    return model_names_.empty() ? expected_feature_count(settings_) : std::ssize(model_names_);
  }

  void choose_categories() {
    layout_.missing = settings_.missing;
    layout_.may_drop_rows = !settings_.keeps_rows;
    if (is_for_model(settings_)) {
      layout_.missing = settings_.expected.missing;
      layout_.expected = settings_.expected;
      return;
    }
    if (layout_.has_formula()) {
      choose_categories_of_formula(layout_.formula, head_.sample, layout_.columns);
      return;
    }
    const std::vector<std::string> named = joined_names(settings_.categorical, names_);
    for (std::size_t i = 0; i < layout_.columns.size(); ++i) {
      CsvColumn& column = layout_.columns[i];
      const bool is_found = find_name(named, kAutomatic) >= 0 && head_.sample.columns[i].has_categories();
      column.is_category = column.role == ColumnRole::feature && is_found;
    }
    for (const std::string& name : named) {
      CsvColumn* column = find(name);
      if (name == kAutomatic || name == kNone) {
        continue;
      }
      if (column == nullptr) {
        throw missing_column(name);
      }
      column->is_category = column->role == ColumnRole::feature;
    }
  }

  /// For those who choose the features; a model's are chosen.
  void note_guesses() {
    if (is_for_model(settings_)) {
      return;
    }
    std::vector<std::string> labels;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < layout_.columns.size(); ++i) {
      const CsvColumn& column = layout_.columns[i];
      if (column.role == ColumnRole::feature && is_usual_label(column.name)) {
        labels.push_back(column.name);
      } else if (column.role == ColumnRole::feature && !column.is_category &&
                 head_.sample.columns[i].has_ids(column.name)) {
        ids.push_back(column.name);
      }
    }
    if (layout_.features == 0) {
      layout_.notices.push_back(settings_.path + ": no features: only an intercept can be learned");
    }
    if (!labels.empty()) {
      layout_.notices.push_back(notice_of_labels(settings_.path, labels));
    }
    if (!ids.empty()) {
      layout_.notices.push_back(notice_of_ids(
          settings_.path, ids,
          head_.sample.is_whole ? "every row" : "each of the first " + std::to_string(head_.sample.rows) + " rows"));
    }
  }

  bool matches_by_name() const { return layout_.has_header && !model_names_.empty(); }

  bool is_expected(const CsvColumn& column) const {
    return layout_.has_header && expected_names_.contains(column.name);
  }

  CsvColumn* find(const std::string& name) {
    const std::int64_t i = find_column(names_, name);
    return i < 0 ? nullptr : &layout_.columns[static_cast<std::size_t>(i)];
  }

  std::string place() const { return to_string({settings_.path, first_line_, 0}); }

  DataError missing_column(const std::string& name) const {
    return DataError(place() + ": " + no_such_column(name, names_) +
                     (layout_.has_header ? "" : "; the file has no header, so its columns are named c1, c2, …"));
  }

  const ReadSettings& settings_;
  const InputFile& file_;
  std::vector<std::string> model_names_;  // of the columns that a model's features come from
  std::unordered_set<std::string> expected_names_;
  std::string label_column_;  // that is asked for
  CsvHead head_;
  CsvLayout layout_;
  std::int64_t first_line_ = 0;
  std::vector<std::string> names_;
};

}  // namespace

Schema CsvLayout::schema() const {
  Schema schema;
  schema.is_table = true;
  schema.missing = missing;
  schema.formula.text = has_formula() ? formula.text() : "";
  const std::vector<Index> inputs = expected.inputs();
  const bool knows_columns = std::ssize(inputs) == features;
  if (has_formula() && !expected.formula.empty()) {
    schema.formula = expected.formula;
  }
  for (const CsvColumn& column : columns) {
    Column& one = schema.columns.emplace_back();
    one.name = column.name;
    one.role = column.role;
    one.feature = column.feature;
    const bool is_text = column.role == ColumnRole::id || column.role == ColumnRole::group;
    one.kind = is_text ? ColumnKind::text : ColumnKind::number;
    if (column.role != ColumnRole::feature) {
      continue;
    }
    one.kind = column.is_category ? ColumnKind::category : column.is_boolean ? ColumnKind::boolean : ColumnKind::number;
    if (knows_columns) {
      const Column& known = expected.columns[static_cast<std::size_t>(inputs[static_cast<std::size_t>(one.feature)])];
      one.kind = known.kind == ColumnKind::category ? known.kind : one.kind;
      one.name = has_formula() ? known.name : one.name;  // which the formula has, whatever the file calls it
      one.levels = known.levels;
      one.reference = known.reference;
      one.fill = known.fill;
      one.marks_missing = known.marks_missing;
    }
  }
  schema.place_features();
  return schema;
}

CsvLayout csv_layout(const ReadSettings& settings, const InputFile& file) {
  return LayoutBuilder(settings, file).build();
}

}  // namespace lockstep
