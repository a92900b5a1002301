#include "lockstep/data/csv_head.h"

#include "lockstep/base/errors.h"
#include "lockstep/data/text_error.h"
#include "lockstep/data/text_fields.h"
#include "lockstep/data/text_number.h"

#include <algorithm>
#include <array>
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

struct HeadLine {
  std::int64_t number = 0;
  std::int64_t begin = 0;  ///< offset in the file
  std::int64_t end = 0;    ///< of the next line
  std::string text;
};

std::vector<HeadField> fields_of(std::string_view line, char delimiter) {
  std::vector<HeadField> result;
  TextFields fields(line, delimiter);
  for (TextField field; fields.next(field);) {
    if (result.size() == kMostColumns) {
      throw ContentError(field.column, "more than 1000000 columns; LIBSVM text holds wide sparse data");
    }
    result.push_back({std::string(field.text), field.column});
  }
  return result;
}

char delimiter_of(std::string_view line) {
  const char found = detect_delimiter(line);
  return found == '\0' ? ',' : found;
}

/// A delimiter that is not read, but stands equally often in both lines; empty: none does.
std::string foreign_delimiter(std::string_view first, std::string_view second) {
  constexpr std::array<std::string_view, 7> foreign = {"|", ":", "^", "~", "\x1f", "\x01", " "};
  for (const std::string_view candidate : foreign) {
    const auto count = std::ranges::count(trimmed(first), candidate.front());
    if (count > 0 && count == std::ranges::count(trimmed(second), candidate.front())) {
      return candidate == " " ? "blank" : shown(candidate);
    }
  }
  return {};
}

class HeadReader {
 public:
  HeadReader(const ReadSettings& settings, const InputFile& file)
      : settings_(settings), reader_(file, whole_text(file), {whole_text(file).begin, file.size()}) {
    head_.body = whole_text(file);
  }

  CsvHead read() {
    try {
      take(first_line());
    } catch (const ContentError& error) {
      throw DataError({settings_.path, reader_.lines(), error.column()}, error.what());
    }
    read_rows();
    sample_rows();
    if (!comments_.empty() && is_header_in_comment()) {
      rows_.insert(rows_.begin(), line_.text);
      const char delimiter = head_.delimiter;
      take(comments_.back());
      head_.delimiter = delimiter;
      sample_rows();
    }
    head_.has_header = judge();
    check_delimiter();
    check_length();
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
    head_.delimiter = delimiter_of(line.text);
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
        rows_.push_back(line.text);
      }
    } catch (const ContentError&) {
    }
  }

  void sample_rows() {
    head_.sample = CsvSample{};
    head_.sample.is_whole = is_whole_;
    for (const HeadField& field : head_.fields) {
      head_.sample.columns.emplace_back(field.text);
    }
    try {
      for (const std::string& row : rows_) {
        head_.sample.add(row, head_.delimiter);
      }
    } catch (const ContentError&) {
      head_.sample.is_whole = false;
    }
  }

  /// A comment right above the rows may hold their names, "# a,b,y", unless the line below it does.
  bool is_header_in_comment() const {
    const std::size_t fields = fields_of(comments_.back().text, head_.delimiter).size();
    return fields > 1 && fields == head_.fields.size() && judge_first_line(head_.sample) == FirstLine::row;
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
          "{}:{}: the line has {}: {}", settings_.path, head_.line,
          has_text ? "numbers among its fields" : "only numbers",
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
    if (!settings_.expected_names.empty() && std::ranges::all_of(settings_.expected_names, has)) {
      return true;
    }
    const std::array<const std::string*, 5> roles = {&settings_.label_column, &settings_.weight_column,
                                                     &settings_.offset_column, &settings_.exposure_column,
                                                     &settings_.id_column};
    return std::ranges::any_of(roles, [&](const std::string* name) { return !name->empty() && has(*name); }) ||
           std::ranges::any_of(settings_.drop, has);
  }

  void check_delimiter() const {
    if (head_.fields.size() > 1 || head_.sample.rows == 0) {
      return;
    }
    if (const std::string seen = foreign_delimiter(head_.text, head_.sample.first_row); !seen.empty()) {
      throw DataError({settings_.path, head_.line, 0},
                      "no features: fields must be delimited by comma, tab or semicolon (saw the delimiter " + seen +
                          "); replace it, as with tr");
    }
  }

  /// All rows have one length, and the first line another.
  void check_length() const {
    const CsvSample& sample = head_.sample;
    const auto fields = std::ssize(head_.fields);
    const std::int64_t ends = fields > 1 && head_.fields.back().text.empty() ? 1 : 0;
    const std::int64_t rows = sample.most_fields;
    if (sample.rows < 2 || sample.fewest_fields != rows || rows == fields || rows == fields - ends) {
      return;
    }
    throw DataError({settings_.path, head_.line, 0},
                    fmt::format("the line is taken for {} and has {} field{}, the lines below have {}; {}",
                                head_.has_header ? "the header" : "a row", fields, fields == 1 ? "" : "s", rows,
                                cause_of_length(fields, rows)));
  }

  std::string cause_of_length(std::int64_t fields, std::int64_t rows) const {
    const char below = detect_delimiter(head_.sample.first_row);
    if (below != '\0' && below != head_.delimiter && rows == 1) {
      return fmt::format("the header is delimited by {}, they by {}", delimiter_name(head_.delimiter),
                         delimiter_name(below));
    }
    if (head_.delimiter == ',' && rows == 2 * fields - 1 && fields > 1) {
      return "is the comma a decimal comma? write decimal points, or delimit fields by semicolons";
    }
    if (rows == fields + 1 && fields > 1) {
      return "is there text before the header, or does it lack a name, as for R's row names?";
    }
    return "is there text before the header? remove it";
  }

  const ReadSettings& settings_;
  LineReader reader_;
  std::vector<HeadLine> comments_;
  HeadLine line_;
  std::vector<std::string> rows_;
  bool is_whole_ = false;
  CsvHead head_;
};

}  // namespace

CsvHead csv_head(const ReadSettings& settings, const InputFile& file) {
  return HeadReader(settings, file).read();
}

}  // namespace lockstep
