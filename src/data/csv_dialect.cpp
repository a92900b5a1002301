#include "data/csv_dialect.h"

#include "data/text_cause.h"
#include "data/text_error.h"
#include "data/text_fields.h"
#include "data/text_number.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace lockstep {

namespace {

struct NamedDelimiter {
  std::string_view name;
  char character;
};

constexpr std::array<NamedDelimiter, 7> kDelimiters = {
    {{"auto", '\0'}, {"comma", ','}, {"tab", '\t'}, {"\\t", '\t'}, {"semicolon", ';'}, {"pipe", '|'}, {"blank", ' '}}};

/// May stand between fields: nothing that numbers and names are made of, quotes or ends of lines.
bool may_delimit(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0 && byte < 0x80 && std::isalnum(byte) == 0 &&
         std::string_view("\"'.+-_#\r\n").find(c) == std::string_view::npos;
}

/// How numbers are written in one column.
struct ColumnMarks {
  std::string comma;  ///< the first number with a decimal comma, surely
  bool has_point = false;
  bool has_text = false;

  void add(std::string_view field) {
    const std::string_view cause = cause_of_text(field).name;
    const bool is_number = parse_number(field).status != NumberStatus::text;
    const std::string_view digits = field.substr(field.starts_with('-') || field.starts_with('+') ? 1 : 0);
    const bool may_be_comma = field.find(',') != std::string_view::npos && cause.starts_with("decimal comma");
    if (may_be_comma && (cause == "decimal comma" || digits.starts_with("0,"))) {
      comma = comma.empty() ? std::string(field) : comma;
    } else if (is_number && field.find('.') != std::string_view::npos) {
      has_point = true;
    } else if (!may_be_comma && !is_number && !is_missing_marker(field)) {
      has_text = true;
    }
  }
};

void add_line(std::string_view line, char delimiter, std::vector<ColumnMarks>& columns) {
  TextFields fields(line, delimiter);
  std::size_t count = 0;
  for (TextField field; fields.next(field); ++count) {
    if (count == columns.size()) {
      columns.emplace_back();
    }
    columns[count].add(field.text);
  }
}

}  // namespace

Delimiter Delimiter::parse(const std::string& text) {
  if (const auto* named = std::ranges::find(kDelimiters, text, &NamedDelimiter::name); named != kDelimiters.end()) {
    return {text, named->character};
  }
  if (text.size() == 1 && may_delimit(text.front())) {
    return {text, text.front()};
  }
  throw UsageError("must be auto, comma, tab, semicolon, pipe, blank or a character that no number or name has");
}

std::string to_string(DecimalMark mark) {
  return mark == DecimalMark::automatic ? "auto" : mark == DecimalMark::point ? "point" : "comma";
}

DecimalMark decimal_mark(const std::string& word) {
  for (const DecimalMark mark : {DecimalMark::automatic, DecimalMark::point, DecimalMark::comma}) {
    if (word == to_string(mark)) {
      return mark;
    }
  }
  throw UsageError("must be auto, point or comma");
}

std::string decimal_comma_in(std::string_view first, std::span<const std::string_view> rows, char delimiter) {
  std::vector<ColumnMarks> columns;
  std::vector<ColumnMarks> above;
  try {
    add_line(first, delimiter, above);
    for (const std::string_view row : rows) {
      add_line(row, delimiter, columns);
    }
  } catch (const ContentError&) {
    // A line that cannot be cut is reported by whoever reads all rows.
  }
  const auto has_point = [](const ColumnMarks& column) { return column.has_point; };
  if (std::ranges::any_of(columns, has_point) || std::ranges::any_of(above, has_point)) {
    return {};
  }
  for (std::size_t i = 0; i < std::max(columns.size(), above.size()); ++i) {
    const bool is_numeric = i >= columns.size() || !columns[i].has_text;
    if (is_numeric && i < above.size() && !above[i].comma.empty()) {
      return above[i].comma;
    }
    if (is_numeric && i < columns.size() && !columns[i].comma.empty()) {
      return columns[i].comma;
    }
  }
  return {};
}

}  // namespace lockstep
