#include "data/csv_head.h"

#include "data/csv_dialect.h"
#include "data/csv_head_check.h"
#include "data/role_options.h"
#include "data/text_error.h"
#include "data/text_fields.h"
#include "data/text_number.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// A column costs some hundred bytes of names and roles: bounds what a hostile first line can take.
constexpr std::size_t kMostColumns = 1000000;
/// Rows that are sampled, while they take no more than so many bytes.
constexpr std::int64_t kSampleRows = 1000;
constexpr std::int64_t kSampleBytes = std::int64_t{1} << 18;
constexpr std::size_t kMostComments = 1000;

std::vector<HeadField> fields_of(std::string_view line, char delimiter) {
  std::vector<HeadField> result;
  TextFields fields(line, delimiter);
  for (TextField field; fields.next(field);) {
    if (result.size() == kMostColumns) {
      throw ContentError(field.column, "more than 1000000 columns; LIBSVM text holds wide sparse data");
    }
    result.push_back({std::string(field.text), field.column, field.is_quoted});
  }
  return result;
}

char delimiter_of(std::string_view line, const ReadSettings& settings) {
  if (settings.delimiter.character != '\0') {
    return settings.delimiter.character;
  }
  const char found = detect_delimiter(line, settings.decimal == DecimalMark::comma);
  return found == '\0' ? ',' : found;
}

class HeadReader {
 public:
  HeadReader(const ReadSettings& settings, const InputFile& file)
      : settings_(settings), reader_(file, whole_text(file), whole_text(file).shared(), kUsualDelimiters) {
    head_.body = whole_text(file);
    reader_.expect_comments();
  }

  CsvHead read() {
    try {
      take(first_line());
    } catch (const ContentError& error) {
      throw DataError({settings_.path, reader_.lines(), error.column()}, error.what());
    }
    read_rows();
    judge_decimals();
    sample_rows();
    if (!comments_.empty() && is_header_in_comment()) {
      rows_.insert(rows_.begin(), line_);
      take_fields(comments_.back());
      sample_rows();
    }
    head_.has_header = judge();
    with_notices(head_.notices, [&] { check_head(settings_.path, head_, rows_); });
    if (head_.has_header && has_second_header(rows_, head_.delimiter)) {
      head_.second_header = rows_.front().text;
    }
    if (!head_.has_header) {
      head_.sample.add(line_.text, head_.delimiter);
    }
    head_.body.begin = head_.has_header ? line_.end : line_.begin;
    head_.body.lines_before = head_.has_header ? line_.number : line_.number - 1;
    return std::move(head_);
  }

 private:
  /// The first line that is neither blank nor a comment, or the last comment where there is no other line.
  HeadLine first_line() {
    HeadLine line;
    while (next(line)) {
      if (!line.text.starts_with('#') || comments_.size() == kMostComments) {
        return line;
      }
      comments_.push_back(line);
    }
    if (comments_.empty()) {
      throw DataError(settings_.path + ": the file has no rows of data");
    }
    line = comments_.back();
    comments_.clear();
    return line;
  }

  /// The next line that is not blank.
  bool next(HeadLine& line) {
    std::string_view text;
    do {
      line.begin = reader_.offset();
      if (!reader_.next(text)) {
        return false;
      }
    } while (trimmed(text).empty());
    line = {reader_.lines(), line.begin, reader_.offset(), std::string(text)};
    return true;
  }

  void take(const HeadLine& line) {
    head_.delimiter = delimiter_of(line.text, settings_);
    reader_.begin_rows({&head_.delimiter, 1});
    take_fields(line);
  }

  void take_fields(const HeadLine& line) {
    head_.fields = fields_of(line.text, head_.delimiter);
    head_.line = line.number;
    head_.text = line.text;
    line_ = line;
  }

  /// A row that cannot be read is reported by whoever reads all rows.
  void read_rows() {
    std::int64_t bytes = 0;
    try {
      HeadLine line;
      while (std::ssize(rows_) < kSampleRows && bytes < kSampleBytes) {
        if (!next(line)) {
          is_whole_ = true;
          return;
        }
        bytes += std::ssize(line.text);
        rows_.push_back(line);
      }
    } catch (const ContentError&) {
    }
  }

  /// Decimal commas as --decimal says, or as the sample shows where the comma is no delimiter.
  void judge_decimals() {
    head_.has_decimal_comma = settings_.decimal == DecimalMark::comma;
    if (settings_.decimal != DecimalMark::automatic || head_.delimiter == ',') {
      return;
    }
    const std::vector<std::string_view> rows = [&] {
      std::vector<std::string_view> texts;
      std::ranges::transform(rows_, std::back_inserter(texts), &HeadLine::text);
      return texts;
    }();
    const std::string number = decimal_comma_in(line_.text, rows, head_.delimiter);
    head_.has_decimal_comma = !number.empty();
    if (head_.has_decimal_comma) {
      head_.notices.push_back(
          fmt::format("{}: numbers are taken to have decimal commas, as {} has; --decimal point "
                      "takes them for errors",
                      settings_.path, shown(number)));
    }
  }

  void sample_rows() {
    head_.sample = CsvSample{};
    head_.sample.is_whole = is_whole_;
    head_.sample.has_decimal_comma = head_.has_decimal_comma;
    std::string number;
    for (const HeadField& field : head_.fields) {
      const std::string_view text = head_.has_decimal_comma ? with_decimal_point(field.text, number) : field.text;
      head_.sample.columns.emplace_back(std::string(text), field.is_quoted);
    }
    try {
      for (const HeadLine& row : rows_) {
        head_.sample.add(row.text, head_.delimiter);
      }
    } catch (const ContentError&) {
      head_.sample.is_whole = false;
    }
  }

  /// A comment right above the rows may hold their names, "# a,b,y", unless the line below it does.
  bool is_header_in_comment() const {
    if (judge_first_line(head_.sample) != FirstLine::row) {
      return false;
    }
    try {
      const std::size_t fields = fields_of(comments_.back().text, head_.delimiter).size();
      return fields > 1 && fields == head_.fields.size();
    } catch (const ContentError&) {  // a quote in a comment need not be closed
      return false;
    }
  }

  bool judge() {
    if (settings_.header != HeaderPolicy::automatic) {
      return settings_.header == HeaderPolicy::present;
    }
    const bool is_named = names_columns();
    const bool is_header = is_named || judge_first_line(head_.sample) == FirstLine::header;
    const bool has_number = std::ranges::any_of(head_.sample.columns, &ColumnSample::first_is_number);
    if (has_number && !is_named) {
      const bool has_text = std::ranges::any_of(head_.sample.columns, &ColumnSample::first_is_text);
      head_.notices.push_back(fmt::format(
          "{}:{}: the line has {}{}: {}", settings_.path, head_.line,
          has_text ? "numbers among its fields" : "only numbers",
          are_numbers_quoted_alone(head_.sample) ? ", in quotes unlike those below" : "",
          is_header ? "taken for the header, which it looks like; --no-header takes it for a row"
                    : "taken for a row, and the columns named c1, c2, …; --header takes it for the header"));
    }
    return is_header;
  }

  /// The fields of the first line are names that the settings ask for.
  bool names_columns() const {
    std::unordered_set<std::string_view> fields;
    for (const HeadField& field : head_.fields) {
      fields.insert(field.text);
    }
    const auto has = [&](const std::string& name) { return fields.contains(name); };
    if (!settings_.formula.empty() && has(parse_formula(settings_.formula.text, {}).response)) {
      return true;
    }
    const std::vector<std::string> expected = settings_.expected.input_names();
    if (!expected.empty() && std::ranges::all_of(expected, has)) {
      return true;
    }
    const auto is_there = [&](const RoleOption& role) {
      const std::string& name = settings_.*role.column;
      return !name.empty() && has(name);
    };
    return std::ranges::any_of(kRoleOptions, is_there) || std::ranges::any_of(settings_.drop, has) ||
           std::ranges::any_of(settings_.only, has) || std::ranges::any_of(settings_.categorical, has);
  }

  const ReadSettings& settings_;
  LineReader reader_;
  std::vector<HeadLine> comments_;
  HeadLine line_;
  std::vector<HeadLine> rows_;
  bool is_whole_ = false;
  CsvHead head_;
};

}  // namespace

CsvHead csv_head(const ReadSettings& settings, const InputFile& file) {
  return HeadReader(settings, file).read();
}

}  // namespace lockstep
