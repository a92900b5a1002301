#include "data/csv_head_check.h"

#include "data/text_cause.h"
#include "data/text_error.h"
#include "data/text_fields.h"
#include "data/text_number.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

namespace lockstep {

namespace {

std::int64_t count_of(std::string_view text, char delimiter) {
  return std::ranges::count(trimmed(text), delimiter);
}

bool is_whole(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// Runs of blanks between other characters.
std::int64_t count_blanks(std::string_view text) {
  text = trimmed(text);
  std::int64_t count = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    count += text[i] == ' ' && text[i - 1] != ' ' ? 1 : 0;
  }
  return count;
}

/// A delimiter that is read only where it is named, but stands equally often in both lines; empty: none does.
std::string foreign_delimiter(std::string_view first, std::string_view second) {
  constexpr std::array<std::string_view, 5> foreign = {":", "^", "~", "\x1f", "\x01"};
  for (const std::string_view candidate : foreign) {
    const std::int64_t count = count_of(first, candidate.front());
    if (count > 0 && count == count_of(second, candidate.front())) {
      return "(saw the delimiter " + shown(candidate) + "); name it with --delimiter" +
             (candidate.front() > ' ' ? " '" + std::string(candidate) + "'" : "");
    }
  }
  const std::int64_t blanks = count_blanks(first);
  return blanks > 0 && blanks == count_blanks(second) ? "(saw the delimiter blank); name it with --delimiter blank"
                                                      : std::string();
}

/// "1 3:0.5 7:2": the words behind the first are indices with values.
bool is_libsvm_row(std::string_view line) {
  line = trimmed(line);
  const std::size_t blank = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view rest = trimmed(line.substr(blank));
  const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
  const std::size_t colon = std::min(word.find(':'), word.size());
  return colon > 0 && colon < word.size() && is_whole(word.substr(0, colon)) &&
         parse_number(word.substr(colon + 1)).status == NumberStatus::ok;
}

void check_delimiter(const std::string& path, const CsvHead& head) {
  if (head.fields.size() > 1 || head.sample.rows == 0) {
    return;
  }
  if (is_libsvm_row(head.text) && is_libsvm_row(head.sample.first_row)) {
    throw DataError({path, head.line, 0}, "no table, but LIBSVM text: read it with --format libsvm");
  }
  if (const std::string seen = foreign_delimiter(head.text, head.sample.first_row); !seen.empty()) {
    throw DataError({path, head.line, 0},
                    "no features: no field is delimited by " + delimiter_name(head.delimiter) + ' ' + seen);
  }
}

std::int64_t count_fields(std::string_view line, char delimiter) {
  TextFields fields(line, delimiter);
  std::int64_t count = 0;
  for (TextField field; fields.next(field);) {
    ++count;
  }
  return count;
}

/// As names have it, or units, among which a dash may stand.
bool has_only_texts(std::string_view line, char delimiter) {
  TextFields fields(line, delimiter);
  bool has_text = false;
  for (TextField field; fields.next(field);) {
    if (parse_number(field.text).status != NumberStatus::text) {
      return false;
    }
    has_text = has_text || !is_missing_marker(field.text);
  }
  return has_text;
}

/// The rows that begin a run of rows of one length, which lasts to the end of the sample.
struct EvenRows {
  std::size_t begin = 0;
  std::int64_t fields = 0;
};

EvenRows even_rows(std::span<const HeadLine> rows, char delimiter) {
  EvenRows even{rows.size(), 0};
  while (even.begin > 0) {
    const std::int64_t fields = count_fields(rows[even.begin - 1].text, delimiter);
    if (even.begin < rows.size() && fields != even.fields) {
      break;
    }
    even.fields = fields;
    --even.begin;
  }
  return even;
}

std::string cause_of_length(const CsvHead& head, const HeadLine& row, std::int64_t rows) {
  const auto fields = std::ssize(head.fields);
  const char below = detect_delimiter(row.text);
  if (below != '\0' && below != head.delimiter && rows == 1) {
    return fmt::format("the header is delimited by {}, they by {}", delimiter_name(head.delimiter),
                       delimiter_name(below));
  }
  if (has_only_texts(row.text, head.delimiter)) {
    return fmt::format("is there text before the header, which line {} seems to be? remove it", row.number);
  }
  if (head.delimiter == ',' && rows == 2 * fields - 1 && fields > 1) {
    return "is the comma a decimal comma? write decimal points, or delimit fields by semicolons";
  }
  if (rows == fields + 1 && fields > 1) {
    return "is there text before the header, or does it lack a name, as for R's row names?";
  }
  return "is there text before the header? remove it";
}

void check_length(const std::string& path, const CsvHead& head, std::span<const HeadLine> rows) {
  constexpr std::size_t kFewestEven = 2;
  const auto fields = std::ssize(head.fields);
  const std::int64_t ends = fields > 1 && head.fields.back().text.empty() ? 1 : 0;
  const EvenRows even = even_rows(rows, head.delimiter);
  if (rows.size() - even.begin < kFewestEven || even.fields == fields || even.fields == fields - ends) {
    return;
  }
  const HeadLine& first = rows[even.begin];
  const bool is_below_text = even.fields > fields && (fields == 1 || has_only_texts(first.text, head.delimiter));
  if (even.begin > 0 && !is_below_text) {
    return;
  }
  throw DataError({path, head.line, 0},
                  fmt::format("the line is taken for {} and has {} field{}, the lines {} have {}; {}",
                              head.has_header ? "the header" : "a row", fields, fields == 1 ? "" : "s",
                              even.begin > 0 ? fmt::format("from line {} on", first.number) : std::string("below"),
                              even.fields, cause_of_length(head, first, even.fields)));
}

}  // namespace

void check_head(const std::string& path, const CsvHead& head, std::span<const HeadLine> rows) {
  check_delimiter(path, head);
  try {
    check_length(path, head, rows);
  } catch (const ContentError&) {
    // A row that cannot be cut is reported by whoever reads all rows.
  }
}

bool has_second_header(std::span<const HeadLine> rows, char delimiter) {
  try {
    if (rows.size() < 2 || !has_only_texts(rows.front().text, delimiter)) {
      return false;
    }
    CsvSample below;
    TextFields names(rows.front().text, delimiter);
    for (TextField name; names.next(name);) {
      below.columns.emplace_back(std::string(name.text));
    }
    for (const HeadLine& row : rows.subspan(1)) {
      below.add(row.text, delimiter);
    }
    return std::ranges::any_of(below.columns, &ColumnSample::is_numeric);
  } catch (const ContentError&) {
    return false;
  }
}

}  // namespace lockstep
