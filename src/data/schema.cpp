#include "data/schema.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lockstep {

namespace {

constexpr std::array<std::pair<ColumnRole, std::string_view>, 8> kRoles = {{{ColumnRole::ignored, "ignored"},
                                                                            {ColumnRole::feature, "feature"},
                                                                            {ColumnRole::label, "label"},
                                                                            {ColumnRole::weight, "weight"},
                                                                            {ColumnRole::offset, "offset"},
                                                                            {ColumnRole::exposure, "exposure"},
                                                                            {ColumnRole::id, "id"},
                                                                            {ColumnRole::group, "group"}}};

constexpr std::array<std::pair<ColumnKind, std::string_view>, 5> kKinds = {{{ColumnKind::number, "number"},
                                                                            {ColumnKind::boolean, "boolean"},
                                                                            {ColumnKind::text, "text"},
                                                                            {ColumnKind::category, "category"},
                                                                            {ColumnKind::hashed, "hashed"}}};

constexpr std::array<std::pair<MissingPolicy, std::string_view>, 4> kPolicies = {
    {{MissingPolicy::error, "error"},
     {MissingPolicy::drop, "drop"},
     {MissingPolicy::mean, "mean"},
     {MissingPolicy::indicator, "indicator"}}};

std::string word_of(const auto& words, auto value) {
  for (const auto& [known, word] : words) {
    if (known == value) {
      return std::string(word);
    }
  }
  throw InternalError("a column's role or kind has no name");
}

auto value_of(const auto& words, std::string_view text) {
  for (const auto& [value, word] : words) {
    if (word == text) {
      return value;
    }
  }
  std::string known;
  for (const auto& [value, word] : words) {
    known += (known.empty() ? "" : &word == &words.back().second ? " or " : ", ") + std::string(word);
  }
  throw ConfigurationError("'" + std::string(text) + "' is not " + known);
}

/// The name of the k-th column of X that it fills.
std::string name_within(const Column& column, Index k) {
  if (column.marks_missing && k + 1 == column.width) {
    return column.name + "=(missing)";
  }
  if (column.kind != ColumnKind::category) {
    return column.name;
  }
  const Index code = k + (column.reference >= 0 && k >= column.reference ? 1 : 0);
  return column.name + '=' + column.levels[static_cast<std::size_t>(code)];
}

}  // namespace

std::string to_string(ColumnRole role) {
  return word_of(kRoles, role);
}

std::string to_string(ColumnKind kind) {
  return word_of(kKinds, kind);
}

ColumnRole column_role(std::string_view word) {
  return value_of(kRoles, word);
}

ColumnKind column_kind(std::string_view word) {
  return value_of(kKinds, word);
}

std::string to_string(MissingPolicy policy) {
  return word_of(kPolicies, policy);
}

MissingPolicy missing_policy(std::string_view word) {
  return value_of(kPolicies, word);
}

Index Schema::place(ColumnRole role) const {
  const auto found = std::ranges::find(columns, role, &Column::role);
  return found == columns.end() ? -1 : found - columns.begin();
}

const Column* Schema::find(ColumnRole role) const {
  const Index at = place(role);
  return at < 0 ? nullptr : &columns[static_cast<std::size_t>(at)];
}

Index Schema::features() const {
  if (!formula.empty()) {
    return std::ssize(formula.names);
  }
  Index count = 0;
  for (const Column& column : columns) {
    count += column.role == ColumnRole::feature ? column.width : 0;
  }
  return count;
}

std::vector<std::string> Schema::feature_names() const {
  if (!formula.empty()) {
    return formula.names;
  }
  std::vector<std::string> names;
  for (const Index place : inputs()) {
    const Column& column = columns[static_cast<std::size_t>(place)];
    if (column.name.empty() || column.feature < 0) {
      return {};
    }
    for (Index k = 0; k < column.width; ++k) {
      names.push_back(name_within(column, k));
    }
  }
  return names;
}

std::string Schema::feature_name(Index feature) const {
  if (!formula.empty()) {
    return formula.names.at(static_cast<std::size_t>(feature));
  }
  const auto found = std::ranges::find_if(columns, [&](const Column& column) {
    return column.role == ColumnRole::feature && column.feature >= 0 && feature >= column.feature &&
           feature < column.feature + column.width;
  });
  return found == columns.end() || found->name.empty() ? "" : name_within(*found, feature - found->feature);
}

std::vector<Index> Schema::inputs() const {
  std::vector<Index> places;
  for (Index i = 0; i < std::ssize(columns); ++i) {
    if (columns[static_cast<std::size_t>(i)].role == ColumnRole::feature) {
      places.push_back(i);
    }
  }
  std::ranges::stable_sort(places, {}, [&](Index i) { return columns[static_cast<std::size_t>(i)].feature; });
  return places;
}

std::vector<std::string> Schema::input_names() const {
  std::vector<std::string> names;
  for (const Index place : inputs()) {
    names.push_back(columns[static_cast<std::size_t>(place)].name);
    if (names.back().empty()) {
      return {};
    }
  }
  return names;
}

bool Schema::is_plain() const {
  return formula.empty() && std::ranges::all_of(columns, [](const Column& column) {
           return column.role != ColumnRole::feature || (column.kind != ColumnKind::category && column.width == 1);
         });
}

bool Schema::is_hashed() const {
  const Column* feature = find(ColumnRole::feature);
  return feature != nullptr && feature->kind == ColumnKind::hashed;
}

void Schema::place_features() {
  Index next = 0;
  for (const Index place : inputs()) {
    Column& column = columns[static_cast<std::size_t>(place)];
    column.feature = next;
    if (!formula.empty()) {
      column.width = 1;
      ++next;
      continue;
    }
    column.width =
        column.kind == ColumnKind::category ? std::ssize(column.levels) - (column.reference >= 0 ? 1 : 0) : 1;
    column.width += column.marks_missing ? 1 : 0;
    next += column.width;
  }
}

std::string Schema::label_name() const {
  const Column* label = find(ColumnRole::label);
  return label == nullptr ? "" : label->name;
}

const std::vector<std::string>& Schema::class_names() const {
  static const std::vector<std::string> none;
  const Column* label = find(ColumnRole::label);
  return label == nullptr ? none : label->levels;
}

void Schema::set_class_names(std::vector<std::string> classes) {
  Index at = place(ColumnRole::label);
  if (at < 0) {
    at = std::ssize(columns);
    columns.push_back({.role = ColumnRole::label});
  }
  Column& label = columns[static_cast<std::size_t>(at)];
  label.kind = classes.empty() ? ColumnKind::number : ColumnKind::text;
  label.levels = std::move(classes);
}

std::vector<std::string> Schema::table_names() const {
  std::vector<std::string> names;
  if (is_table) {
    std::ranges::transform(columns, std::back_inserter(names), &Column::name);
  }
  return names;
}

Schema schema_of_names(Index features, const std::vector<std::string>& names, const std::string& label,
                       std::vector<std::string> classes) {
  Schema schema;
  if (names.empty()) {
    schema.columns.push_back({.feature = 0, .width = features});
  }
  for (const std::string& name : names) {
    schema.columns.push_back({.name = name, .feature = std::ssize(schema.columns)});
  }
  schema.columns.push_back({.name = label, .role = ColumnRole::label});
  schema.set_class_names(std::move(classes));
  return schema;
}

Schema schema_of_table(const std::vector<std::string>& table, const std::vector<std::string>& features,
                       const std::string& label, std::vector<std::string> classes) {
  Schema schema;
  schema.is_table = true;
  std::size_t next = 0;
  for (const std::string& name : table) {
    Column& column = schema.columns.emplace_back();
    column.name = name;
    column.role = ColumnRole::ignored;
    if (next < features.size() && name == features[next]) {
      column.role = ColumnRole::feature;
      column.feature = static_cast<Index>(next++);
    } else if (name == label) {
      column.role = ColumnRole::label;
    }
  }
  if (!classes.empty()) {
    schema.set_class_names(std::move(classes));
  }
  return schema;
}

}  // namespace lockstep
