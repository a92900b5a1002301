#include "data/table_survey.h"

#include "data/column_learner.h"
#include "data/csv_layout.h"
#include "data/data_input.h"
#include "data/part_rows.h"
#include "data/text_cause.h"
#include "data/text_fields.h"
#include "data/text_number.h"
#include "data/text_parser.h"
#include "lockstep/comm/communicator.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::size_t kCommonest = 5;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Digits with '-', '/' or '.' between three groups of them, the first or last of four; a time may follow.
bool is_date(std::string_view text) {
  const std::size_t end = std::min(text.find_first_of(" T"), text.size());
  std::vector<std::size_t> groups = {0};
  char separator = '\0';
  for (const char c : text.substr(0, end)) {
    if (is_digit(c)) {
      ++groups.back();
    } else if ((c == '-' || c == '/' || c == '.') && (separator == '\0' || separator == c)) {
      separator = c;
      groups.push_back(0);
    } else {
      return false;
    }
  }
  const auto is_short = [](std::size_t length) { return length == 1 || length == 2; };
  return groups.size() == 3 && is_short(groups[1]) &&
         ((groups[0] == 4 && is_short(groups[2])) || (is_short(groups[0]) && groups[2] == 4));
}

struct TextHash : std::hash<std::string_view> {
  using is_transparent = void;
};
using Counts = std::unordered_map<std::string, std::int64_t, TextHash, std::equal_to<>>;

/// A survey under way.
struct Tally {
  std::int64_t rows = 0;
  std::vector<ColumnSurvey> columns;
  std::vector<Counts> counts;  // of texts, a column; none once there are more than kMostLevels

  explicit Tally(std::size_t width) : columns(width), counts(width) {}

  void count(std::size_t column, std::string_view text, std::int64_t rows_of_text) {
    ColumnSurvey& survey = columns[column];
    if (survey.levels > ColumnSurvey::kMostLevels) {
      return;
    }
    Counts& known = counts[column];
    if (const auto found = known.find(text); found != known.end()) {
      found->second += rows_of_text;
      return;
    }
    known.emplace(text, rows_of_text);
    if (++survey.levels > ColumnSurvey::kMostLevels) {
      known.clear();
    }
  }

  void add(std::size_t column, std::string_view text) {
    ColumnSurvey& survey = columns[column];
    if (is_missing_in(ColumnKind::number, text)) {
      survey.first_missing_row = survey.missing == 0 ? rows : survey.first_missing_row;
      ++survey.missing;
      return;
    }
    ++survey.values;
    count(column, text, 1);
    if (const ParsedNumber number = parse_number(text); number.status == NumberStatus::ok) {
      ++survey.numbers;
      survey.integers += number.value == std::floor(number.value) ? 1 : 0;
      survey.least = std::min(survey.least, number.value);
      survey.largest = std::max(survey.largest, number.value);
    } else if (truth_value(text)) {
      ++survey.truths;
    } else {
      survey.dates += is_date(text) ? 1 : 0;
    }
  }

  /// Of later rows.
  void merge(const Tally& other) {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      ColumnSurvey& mine = columns[j];
      const ColumnSurvey& more = other.columns[j];
      if (mine.missing == 0 && more.missing > 0) {
        mine.first_missing_row = rows + more.first_missing_row;
      }
      mine.values += more.values;
      mine.missing += more.missing;
      mine.numbers += more.numbers;
      mine.integers += more.integers;
      mine.truths += more.truths;
      mine.dates += more.dates;
      mine.least = std::min(mine.least, more.least);
      mine.largest = std::max(mine.largest, more.largest);
      for (const auto& [text, rows_of_text] : other.counts[j]) {
        count(j, text, rows_of_text);
      }
      if (more.levels > ColumnSurvey::kMostLevels) {
        mine.levels = more.levels;
        counts[j].clear();
      }
    }
    rows += other.rows;
  }

  void name_commonest() {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      std::vector<std::pair<std::int64_t, std::string>> levels;
      for (const auto& [text, rows_of_text] : counts[j]) {
        levels.emplace_back(-rows_of_text, text);
      }
      std::ranges::sort(levels);
      levels.resize(std::min(levels.size(), kCommonest));
      for (auto& [rows_of_text, text] : levels) {
        columns[j].commonest.push_back(std::move(text));
      }
    }
  }
};

class SurveyParser final : public RecordParser {
 public:
  SurveyParser(const CsvLayout& layout, Tally& all) : layout_(layout), mine_(layout.columns.size()), all_(all) {}

  void add(std::string_view record) override {
    if (layout_.is_blank(record)) {
      return;
    }
    ++mine_.rows;
    TextFields fields(record, layout_.delimiter);
    std::string buffer;
    std::size_t column = 0;
    for (TextField field; column < layout_.columns.size() && fields.next(field); ++column) {
      mine_.add(column, layout_.has_decimal_comma ? with_decimal_point(field.text, buffer) : field.text);
    }
  }

  void finish() override { all_.merge(mine_); }

 private:
  const CsvLayout& layout_;
  Tally mine_;
  Tally& all_;
};

}  // namespace

std::string to_string(ColumnContent content) {
  switch (content) {
    case ColumnContent::nothing:
      return "empty";
    case ColumnContent::integers:
      return "whole numbers";
    case ColumnContent::numbers:
      return "numbers";
    case ColumnContent::truths:
      return "true or false";
    case ColumnContent::words:
      return "words";
    case ColumnContent::dates:
      return "dates";
    case ColumnContent::texts:
      return "texts";
    case ColumnContent::mixture:
      break;
  }
  return "numbers and words";
}

ColumnContent ColumnSurvey::content() const {
  if (values == 0) {
    return ColumnContent::nothing;
  }
  if (numbers == values) {
    return integers == values ? ColumnContent::integers : ColumnContent::numbers;
  }
  if (truths == values) {
    return ColumnContent::truths;
  }
  if (dates == values) {
    return ColumnContent::dates;
  }
  if (numbers > 0) {
    return ColumnContent::mixture;
  }
  return levels > kMostLevels || (levels == values && values > 2) ? ColumnContent::texts : ColumnContent::words;
}

std::string ColumnSurvey::advice() const {
  if (role != ColumnRole::feature) {
    return missing > 0 && role != ColumnRole::ignored ? "rows without it need --missing drop" : "";
  }
  const ColumnContent found = content();
  const std::string leave_out = "leave it out with --drop " + name;
  if (found == ColumnContent::nothing || levels == 1) {
    return (found == ColumnContent::nothing ? "has no value: " : "has one value: ") + leave_out;
  }
  if (found == ColumnContent::dates || found == ColumnContent::texts) {
    return leave_out;
  }
  if (found == ColumnContent::mixture) {
    return fmt::format("{} of {} values are no numbers: mend them, {}, or take it for categories with --categorical {}",
                       values - numbers, values, leave_out, name);
  }
  constexpr std::int64_t kFewRows = 20;
  const bool is_a_run = levels > kMostLevels && largest - least + 1 == static_cast<double>(values);
  const bool all_differ = levels == values && values > kFewRows;
  if (found == ColumnContent::integers && missing == 0 && (is_a_run || all_differ)) {
    return "if it numbers or names the rows, " + leave_out;
  }
  return missing > 0 ? "say what becomes of missing values with --missing" : "";
}

TableSurvey survey_table(const ReadSettings& settings) {
  SerialCommunicator comm;
  DataInput input = open_data(settings);
  if (input.text != nullptr) {
    input.text->measure(comm);
  }
  ReadSettings named = settings;
  named.path = input.file->path();
  const CsvLayout layout = csv_layout(named, *input.file);
  Tally all(layout.columns.size());
  PartRows none;
  for (bool are_shares_quoted : {false, true}) {
    try {
      all = Tally(layout.columns.size());
      parse_text(comm, *input.file, layout.body,
                 {std::string(1, layout.delimiter), settings.threads, are_shares_quoted}, none,
                 [&](std::int64_t, RowSink&) { return std::make_unique<SurveyParser>(layout, all); });
      break;
    } catch (const QuotedShare&) {
      if (are_shares_quoted) {
        throw;
      }
    }
  }
  all.name_commonest();
  TableSurvey survey{all.rows, delimiter_name(layout.delimiter), layout.has_header, std::move(all.columns)};
  for (std::size_t j = 0; j < survey.columns.size(); ++j) {
    survey.columns[j].name = layout.columns[j].name;
    survey.columns[j].role = layout.columns[j].role;
  }
  return survey;
}

}  // namespace lockstep
