#include "data/schema.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lockstep {

namespace {

constexpr std::array<std::pair<ColumnRole, std::string_view>, 7> kRoles = {{{ColumnRole::ignored, "ignored"},
                                                                            {ColumnRole::feature, "feature"},
                                                                            {ColumnRole::label, "label"},
                                                                            {ColumnRole::weight, "weight"},
                                                                            {ColumnRole::offset, "offset"},
                                                                            {ColumnRole::exposure, "exposure"},
                                                                            {ColumnRole::id, "id"}}};

constexpr std::array<std::pair<ColumnKind, std::string_view>, 3> kKinds = {
    {{ColumnKind::number, "number"}, {ColumnKind::boolean, "boolean"}, {ColumnKind::text, "text"}}};

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
  throw ConfigurationError("'" + std::string(text) + "' is no role and no kind of a column");
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

Index Schema::place(ColumnRole role) const {
  const auto found = std::ranges::find(columns, role, &Column::role);
  return found == columns.end() ? -1 : found - columns.begin();
}

const Column* Schema::find(ColumnRole role) const {
  const Index at = place(role);
  return at < 0 ? nullptr : &columns[static_cast<std::size_t>(at)];
}

Index Schema::features() const {
  Index count = 0;
  for (const Column& column : columns) {
    count += column.role == ColumnRole::feature ? column.width : 0;
  }
  return count;
}

std::vector<std::string> Schema::feature_names() const {
  std::vector<std::string> names;
  for (const Column& column : columns) {
    if (column.role != ColumnRole::feature) {
      continue;
    }
    if (column.name.empty() || column.feature < 0) {
      return {};
    }
    names.resize(std::max(names.size(), static_cast<std::size_t>(column.feature) + 1));
    names[static_cast<std::size_t>(column.feature)] = column.name;
  }
  return names;
}

std::string Schema::feature_name(Index feature) const {
  const auto found = std::ranges::find_if(columns, [&](const Column& column) {
    return column.role == ColumnRole::feature && column.feature == feature && column.width == 1;
  });
  return found == columns.end() ? "" : found->name;
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
