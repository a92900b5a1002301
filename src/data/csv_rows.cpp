#include "data/csv_rows.h"

#include "data/class_label.h"
#include "data/column_learner.h"
#include "data/csv_value.h"
#include "data/text_cause.h"
#include "data/text_error.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cmath>

namespace lockstep {

namespace {

/// Rows after which the memory of the whole share is estimated and reserved.
constexpr std::int64_t kSampleRows = 256;
/// Spellings of levels that are remembered.
constexpr std::size_t kMostSpellings = 100'000;

}  // namespace

LevelCodes::LevelCodes(const std::vector<std::string>& levels) {
  for (const std::string& level : levels) {
    codes_.emplace(level, static_cast<double>(codes_.size()));
  }
}

double LevelCodes::find(std::string_view text) {
  if (const auto known = codes_.find(text); known != codes_.end()) {
    return known->second;
  }
  const auto level = codes_.find(class_label(std::string(text)));
  const double code = level == codes_.end() ? RowEncoder::kNoLevel : level->second;
  if (code >= 0 && codes_.size() < kMostSpellings) {
    codes_.emplace(text, code);
  }
  return code;
}

CsvRows::CsvRows(const CsvLayout& layout, const Schema& schema, const ReadSettings& settings, std::int64_t share_bytes,
                 RowSink& sink, CsvTotals& all)
    : layout_(layout),
      schema_(schema),
      ignores_unknown_(settings.unknown == UnknownPolicy::ignore),
      share_bytes_(share_bytes),
      sink_(sink),
      encoder_(schema),
      inputs_(static_cast<std::size_t>(layout.features)),
      input_positions_(inputs_.size()),
      all_(all) {
  mine_.missing.resize(layout.columns.size());
  for (const Column& column : schema.columns) {
    codes_.push_back(column.kind == ColumnKind::category ? LevelCodes(column.levels) : LevelCodes());
  }
}

void CsvRows::add(std::string_view line) {
  consumed_bytes_ += std::ssize(line) + 1;
  if (layout_.is_blank(line)) {
    return;
  }
  try {
    add_row(line);
  } catch (const ContentError& error) {
    const ContentError placed(error.column() > 0 ? error.column() : position_, error.what());
    explain_line(line, placed.column(), placed.what());
    // In a row of the wrong length the fields stand in the wrong columns: that is the better message.
    check_length(count_fields(line));
    throw placed;
  }
  if (++mine_.rows == kSampleRows) {
    reserve();
  }
}

void CsvRows::finish() {
  all_.missing.resize(mine_.missing.size());
  for (std::size_t i = 0; i < mine_.missing.size(); ++i) {
    MissingCount& count = all_.missing[i];
    count.first_row =
        count.values == 0 && mine_.missing[i].values > 0 ? all_.rows + mine_.missing[i].first_row : count.first_row;
    count.values += mine_.missing[i].values;
  }
  all_.rows += mine_.rows;
  all_.dropped_rows += mine_.dropped_rows;
}

/// Throws for a line that is no row at all.
void CsvRows::explain_line(std::string_view line, std::int64_t column, const char* what) const {
  if (layout_.has_header && line == layout_.header) {
    throw ContentError(1, "the header stands again here; remove the line");
  }
  if (mine_.rows == 0 && !layout_.second_header.empty() && line == layout_.second_header) {
    throw ContentError(1,
                       "the line has only texts, and the lines below have numbers: is it the header? remove the text "
                       "above it; or does it hold units? remove it");
  }
  TextFields fields(line, layout_.delimiter);  // holds the text of a field with quotes in it
  TextField field;
  fields.next(field);
  const bool has_mark = field.text.starts_with('#') || field.text.starts_with('%');
  if (!has_mark || column > field.column || is_missing_marker(field.text)) {
    return;
  }
  const std::string mark(field.text.substr(0, 1));
  if (count_fields(line) == std::ssize(layout_.columns)) {
    throw ContentError(column, what + ("; or is the line a comment? they can stand only above the header: remove it "
                                       "(grep -v '^" +
                                       mark + "')"));
  }
  throw ContentError(field.column, "the line begins with " + mark +
                                       ": a comment? comments can stand only above the header; remove it (grep -v '^" +
                                       mark + "')");
}

void CsvRows::add_row(std::string_view line) {
  TextFields fields(line, layout_.delimiter);
  std::size_t count = 0;
  value_count_ = 0;
  is_dropped_ = false;
  for (TextField field; fields.next(field); ++count) {
    if (count < layout_.columns.size()) {
      add_field(count, field);
    } else if (!field.text.empty()) {
      trailing_text_ = true;
    }
  }
  if (count != layout_.columns.size()) {
    check_length(static_cast<std::int64_t>(count));
  }
  if (is_dropped_) {
    ++mine_.dropped_rows;
  } else {
    push_row();
  }
}

void CsvRows::add_field(std::size_t place, const TextField& field) {
  const CsvColumn& column = layout_.columns[place];
  position_ = field.column;
  switch (column.role) {
    case ColumnRole::feature: {
      const bool is_category = schema_.columns[place].kind == ColumnKind::category;
      const double value = is_category ? code_in(place, field) : number_in(column, field, layout_);
      if (std::isnan(value)) {
        note_missing(place);
      }
      inputs_[static_cast<std::size_t>(column.feature)] = value;
      input_positions_[static_cast<std::size_t>(column.feature)] = position_;
      break;
    }
    case ColumnRole::label:
      if (layout_.missing == MissingPolicy::drop && layout_.may_drop_rows && is_surely_missing(field.text)) {
        note_missing(place);
      } else if (layout_.has_decimal_comma) {
        std::string buffer;
        keep(place, with_point(column, field, buffer).text);
      } else {
        keep(place, field.text);
      }
      break;
    case ColumnRole::group:
      if (!is_surely_missing(field.text)) {
        keep(place, field.text);
      } else if (layout_.missing == MissingPolicy::drop && layout_.may_drop_rows) {
        note_missing(place);
      } else {
        refuse_missing(column, field, layout_);
      }
      break;
    case ColumnRole::id:
      keep(place, field.text);
      break;
    case ColumnRole::weight:
    case ColumnRole::exposure:
      keep(place, scale_in(column, field, layout_));
      break;
    case ColumnRole::offset:
      keep(place, number_in(column, field, layout_));
      break;
    case ColumnRole::ignored:
      break;
  }
}

double CsvRows::code_in(std::size_t place, const TextField& field) {
  const CsvColumn& column = layout_.columns[place];
  const double code = codes_[place].find(field.text);
  if (code >= 0) {
    return code;
  }
  if (is_missing_in(ColumnKind::category, field.text)) {
    if (!layout_.takes_missing(column.role)) {
      refuse_missing(column, field, layout_);
    }
    return RowEncoder::kMissing;
  }
  if (!ignores_unknown_) {
    throw ContentError(field.column, "column " + shown(column.name) + " has no level " + shown(field.text) +
                                         " in the model; --unknown ignore takes it for none of its levels");
  }
  return RowEncoder::kNoLevel;
}

/// Counts a missing value; a row with one may have to go.
void CsvRows::note_missing(std::size_t place) {
  MissingCount& count = mine_.missing[place];
  count.first_row = ++count.values == 1 ? mine_.rows + 1 : count.first_row;
  is_dropped_ = is_dropped_ || layout_.missing == MissingPolicy::drop;
}

CsvRows::Value& CsvRows::next_value(std::size_t place) {
  values_.resize(std::max(values_.size(), value_count_ + 1));
  Value& value = values_[value_count_++];
  value.column = static_cast<Index>(place);
  value.position = position_;
  return value;
}

void CsvRows::keep(std::size_t place, double number) {
  if (std::isnan(number)) {
    note_missing(place);
    return;
  }
  Value& value = next_value(place);
  value.is_text = false;
  value.number = number;
}

void CsvRows::keep(std::size_t place, std::string_view text) {
  Value& value = next_value(place);
  value.is_text = true;
  value.text = text;
}

void CsvRows::push_row() {
  for (std::size_t i = 0; i < value_count_; ++i) {
    const Value& value = values_[i];
    position_ = value.position;
    if (value.is_text) {
      sink_.text(value.column, value.text);
    } else {
      sink_.number(value.column, value.number);
    }
  }
  try {
    encoder_.push(inputs_, sink_);
  } catch (const FormulaValueError& error) {
    const auto input = static_cast<std::size_t>(error.input());
    throw ContentError(input < input_positions_.size() ? input_positions_[input] : 0, error.what());
  }
  sink_.end_row();
}

std::int64_t CsvRows::count_fields(std::string_view line) const {
  TextFields fields(line, layout_.delimiter);
  std::int64_t count = 0;
  for (TextField field; fields.next(field);) {
    ++count;
  }
  return count;
}

void CsvRows::check_length(std::int64_t count) const {
  const std::int64_t columns = std::ssize(layout_.columns);
  const bool ends_in_delimiter = layout_.has_trailing_delimiter && count == columns + 1 && !trailing_text_;
  if (count != columns && !ends_in_delimiter) {
    throw ContentError(1, "row has " + std::to_string(count) + " fields, the " +
                              (layout_.has_header ? "header" : "first row") + " has " + std::to_string(columns));
  }
}

/// One reservation from the average row so far: growth by doubling would hold up to three times the data.
void CsvRows::reserve() {
  const double share_over_sample = 1.02 * static_cast<double>(share_bytes_) / static_cast<double>(consumed_bytes_);
  const auto rows = static_cast<std::int64_t>(share_over_sample * kSampleRows) + kSampleRows;
  sink_.reserve(rows, rows * encoder_.most_values());
}

}  // namespace lockstep
