#include "cli/data_report.h"

#include "base/hash.h"
#include "data/data_input.h"
#include "data/feature_ranges.h"
#include "data/row_survey.h"
#include "data/standard_input.h"
#include "data/table_survey.h"
#include "data/text_number.h"
#include "lockstep/base/errors.h"
#include "lockstep/comm/communicator.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace lockstep {

namespace {

using Json = nlohmann::ordered_json;

/// Labels are read as numbers where they are numbers, else as classes.
RawData read_any(ReadSettings read, Communicator& comm) {
  read.features_apart = true;
  try {
    return read_data(read, comm);
  } catch (const DataError&) {
    read.label_kind = LabelKind::classes;
    return read_data(read, comm);
  }
}

Json describe_column(const ColumnSurvey& survey) {
  Json json;
  json["name"] = survey.name;
  json["role"] = to_string(survey.role);
  json["content"] = to_string(survey.content());
  json["values"] = survey.values;
  if (survey.missing > 0) {
    json["missing"] = survey.missing;
    json["first_missing_row"] = survey.first_missing_row;
  }
  if (survey.numbers > 0) {
    json["range"] = {survey.least, survey.largest};
  }
  if (survey.levels <= ColumnSurvey::kMostLevels) {
    json["levels"] = survey.levels;
    const ColumnContent content = survey.content();
    if (content == ColumnContent::words || content == ColumnContent::mixture || survey.role == ColumnRole::label) {
      json["commonest"] = survey.commonest;
    }
  }
  if (const std::string advice = survey.advice(); !advice.empty()) {
    json["advice"] = advice;
  }
  return json;
}

void describe_table(const ReadSettings& read, Json& json) {
  const TableSurvey survey = survey_table(read);
  json["rows"] = survey.rows;
  json["delimiter"] = survey.delimiter;
  json["header"] = survey.has_header;
  for (const ColumnSurvey& column : survey.columns) {
    json["columns"].push_back(describe_column(column));
  }
}

Json range_of(const FeatureRange& range) {
  return range.least <= range.largest ? Json{range.least, range.largest} : Json();
}

void describe_features(const FeatureRanges& ranges, const Schema& schema, Json& json) {
  json["feature_range"] = range_of(ranges.all());
  const auto& each = ranges.each();
  for (std::size_t j = 0; j < each.size(); ++j) {
    const std::string name = schema.feature_name(static_cast<Index>(j));
    Json column;
    column["name"] = name.empty() ? fmt::format("feature {}", j + 1) : name;
    column["role"] = "feature";
    if (Json range = range_of(each[j]); !range.is_null()) {
      column["range"] = std::move(range);
    }
    column["nonzeros"] = each[j].nonzeros;
    json["columns"].push_back(std::move(column));
  }
}

/// What training would see.
void describe_rows(const ReadSettings& read, bool is_table, Json& json) {
  SerialCommunicator comm;
  const RawData data = read_any(read, comm);
  const RowBlock& block = data.block;
  FeatureRanges ranges(block.features);
  const RowSurvey survey = survey_rows(data, comm, [&](const RowBlock& rows) { ranges.add(rows); });
  const std::int64_t entries = survey.stored_entries;
  json["rows"] = data.total_rows;
  json["features"] = block.features;
  json["nonzeros"] = entries;
  json["density"] = static_cast<double>(entries) / static_cast<double>(std::max<std::int64_t>(1, block.features) *
                                                                       std::max<std::int64_t>(1, data.total_rows));
  json["label"] = data.schema.label_name();
  if (!data.schema.class_names().empty()) {
    json["classes"] = data.schema.class_names();
  } else if (!block.label.empty()) {
    const auto [low, high] = std::ranges::minmax_element(block.label);
    json["label_range"] = {*low, *high};
  }
  if (!is_table) {
    describe_features(ranges, data.schema, json);
  }
  if (!data.notices.empty()) {
    json["notices"] = data.notices;
  }
  json["data_fingerprint"] = to_hex(survey.fingerprint);
}

/// One of "columns".
std::string line_of_column(const Json& column) {
  std::vector<std::string> parts = {column.at("role").get<std::string>()};
  const auto add = [&](const char* key, auto text) {
    if (column.contains(key)) {
      parts.push_back(text(column.at(key)));
    }
  };
  add("content", [](const Json& content) { return content.get<std::string>(); });
  add("range", [](const Json& range) {
    return fmt::format("{} to {}", shortest(range[0].get<double>()), shortest(range[1].get<double>()));
  });
  add("nonzeros", [](const Json& count) { return fmt::format("{} not 0", count.get<std::int64_t>()); });
  add("levels", [](const Json& count) { return fmt::format("{} different", count.get<std::int64_t>()); });
  add("commonest", [](const Json& levels) {
    return fmt::format("most of them {}", fmt::join(levels.get<std::vector<std::string>>(), ", "));
  });
  if (column.contains("missing")) {
    parts.push_back(fmt::format("{} missing (first in row {})", column.at("missing").get<std::int64_t>(),
                                column.at("first_missing_row").get<std::int64_t>()));
  }
  std::string line = fmt::format("{}: {}", column.at("name").get<std::string>(), fmt::join(parts, ", "));
  add("advice", [&](const Json& advice) { return line += "; " + advice.get<std::string>(); });
  return line;
}

}  // namespace

nlohmann::ordered_json describe_data(const std::string& path) {
  SerialCommunicator comm;
  ReadSettings read;
  read.path = path;
  read.label_optional = true;
  take_standard_input(read, comm);
  const FormatRow& format = *open_data(read).format;
  Json json;
  json["kind"] = "data";
  json["format"] = format.name;
  if (!format.has_header) {
    describe_rows(read, false, json);
    return json;
  }
  describe_table(read, json);
  try {
    describe_rows(read, true, json);
  } catch (const DataError& refusal) {
    json["train_says"] = refusal.what();
  }
  return json;
}

std::string lines_of_columns(const nlohmann::ordered_json& columns, int indent) {
  constexpr std::size_t kListed = 100;
  std::string text;
  for (std::size_t j = 0; j < std::min(kListed, columns.size()); ++j) {
    text += fmt::format("{:{}}{}\n", "", indent, line_of_column(columns[j]));
  }
  if (columns.size() > kListed) {
    text += fmt::format("{:{}}and {} more: --json has them\n", "", indent, columns.size() - kListed);
  }
  return text;
}

}  // namespace lockstep
