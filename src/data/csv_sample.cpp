#include "data/csv_sample.h"

#include "data/notices.h"
#include "data/text_cause.h"
#include "data/text_fields.h"
#include "data/text_number.h"

#include <algorithm>
#include <cmath>

namespace lockstep {

namespace {

constexpr std::size_t kFewestCounted = 3;

bool is_number(std::string_view text) {
  const NumberStatus status = parse_number(text).status;
  return status != NumberStatus::text && status != NumberStatus::missing;
}

/// Digits in three parts or more, as in 2011-01-31, 31.1.2011 or 1/31/11 12:00.
bool is_date(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_mark = [](char c) { return c == '-' || c == '/' || c == '.'; };
  const auto marks = std::ranges::count_if(text.substr(0, 10), is_mark);
  return text.size() >= 6 && is_digit(text.front()) && marks == 2 &&
         std::ranges::count_if(text.substr(0, 10), is_digit) >= 4;
}

/// The numbers of the first line, where they count on from one to the next; at least `fewest` of them.
bool counts_on(const CsvSample& sample, std::size_t fewest) {
  std::vector<double> numbers;
  for (const ColumnSample& column : sample.columns) {
    if (column.first_is_number()) {
      numbers.push_back(parse_number(column.first()).value);
      if (column.first() != shortest(numbers.back())) {
        return false;
      }
    }
  }
  const auto breaks = [](double a, double b) { return b != a + 1; };
  return numbers.size() >= fewest && numbers.front() == std::floor(numbers.front()) &&
         std::ranges::adjacent_find(numbers, breaks) == numbers.end();
}

bool any_column(const CsvSample& sample, bool (*holds)(const ColumnSample&)) {
  return std::ranges::any_of(sample.columns, holds);
}

}  // namespace

bool ColumnSample::first_is_number() const {
  return !is_missing_marker(first_) && is_number(first_);
}

bool ColumnSample::first_is_text() const {
  return !is_missing_marker(first_) && !is_number(first_);
}

bool ColumnSample::first_is_number_quoted_alone() const {
  return first_is_number() && first_is_quoted_ && !has_quotes_ && values_ > 0;
}

void ColumnSample::add(std::string_view field, bool is_quoted) {
  has_quotes_ = has_quotes_ || is_quoted;
  if (is_missing_marker(field)) {
    has_missing_ = true;
    return;
  }
  ++values_;
  has_first_ = has_first_ || field == first_;
  booleans_ += truth_value(field).has_value() ? 1 : 0;
  texts_.emplace(field);
  const ParsedNumber number = parse_number(field);
  numbers_ += number.status == NumberStatus::text ? 0 : 1;
  if (number.status == NumberStatus::text) {
    dates_ += is_date(field) ? 1 : 0;
    const bool is_word = cause_of_text(field).name.empty() && !field.starts_with("0x");
    words_ += is_word || truth_value(field) ? 1 : 0;
  }
  if (number.status == NumberStatus::ok && number.value == std::floor(number.value)) {
    integers_.push_back(number.value);
  } else if (number.status == NumberStatus::ok) {
    has_fraction_ = true;
  }
}

bool ColumnSample::has_categories() const {
  constexpr std::int64_t kFewest = 20;
  const bool recurs = values_ < kFewest || std::ssize(texts_) <= values_ / 2;
  return 2 * words_ > values_ && 2 * dates_ <= words_ && recurs && !is_boolean();
}

bool ColumnSample::has_ids(std::string_view name) const {
  return !has_missing_ && std::ssize(integers_) == values_ && are_ids(name, integers_);
}

void CsvSample::add(std::string_view line, char delimiter) {
  TextFields fields(line, delimiter);
  std::int64_t count = 0;
  std::string number;
  for (TextField field; fields.next(field); ++count) {
    if (count < std::ssize(columns)) {
      const std::string_view text = has_decimal_comma ? with_decimal_point(field.text, number) : field.text;
      columns[static_cast<std::size_t>(count)].add(text, field.is_quoted);
    }
  }
  if (rows == 0) {
    first_row = line;
  }
  fewest_fields = rows == 0 ? count : std::min(fewest_fields, count);
  most_fields = std::max(most_fields, count);
  ++rows;
}

bool are_numbers_quoted_alone(const CsvSample& sample) {
  return any_column(sample, [](const ColumnSample& column) { return column.first_is_number(); }) &&
         std::ranges::all_of(sample.columns, [](const ColumnSample& column) {
           return !column.first_is_number() || column.first_is_number_quoted_alone();
         });
}

FirstLine judge_first_line(const CsvSample& sample) {
  if (are_numbers_quoted_alone(sample)) {
    return FirstLine::header;
  }
  const bool has_fraction = any_column(sample, [](const ColumnSample& column) { return column.has_fraction(); });
  if (!any_column(sample, [](const ColumnSample& column) { return column.first_is_text(); })) {
    const bool is_count = counts_on(sample, kFewestCounted) && sample.columns.front().first() == "0" &&
                          std::ranges::all_of(sample.columns, &ColumnSample::first_is_number);
    return is_count && has_fraction ? FirstLine::header : FirstLine::row;
  }
  const bool differs = any_column(sample, [](const ColumnSample& column) {
    const bool is_truth = truth_value(column.first()).has_value();
    return column.first_is_text() && (column.is_numeric() || (column.is_boolean() && !is_truth));
  });
  const bool fits = any_column(sample, [](const ColumnSample& column) {
    return (column.is_numeric() && column.first_is_number()) ||
           (column.is_boolean() && truth_value(column.first()).has_value());
  });
  if (differs || !fits) {
    return FirstLine::header;
  }
  // Names such as 1, 2, 3 over fractions, among texts that no row has.
  const bool recurs =
      any_column(sample, [](const ColumnSample& column) { return column.first_is_text() && column.has_first(); });
  return !recurs && has_fraction && counts_on(sample, kFewestCounted) ? FirstLine::header : FirstLine::row;
}

}  // namespace lockstep
