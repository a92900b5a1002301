#include "data/libsvm_reader.h"

#include "comm/agreement.h"
#include "data/reader_common.h"
#include "data/sampled_reserve.h"
#include "data/text_cause.h"
#include "data/text_error.h"
#include "data/text_number.h"
#include "data/text_parser.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

namespace lockstep {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::string_view without_comment(std::string_view line) {
  return line.substr(0, line.find('#'));
}

/// The characters from `begin` to the next blank.
std::string_view token_at(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(std::find_if(begin, end, is_blank) - begin)};
}

/// True for "12:…": what a row without label begins with.
bool looks_like_entry(std::string_view token) {
  const std::size_t colon = token.find(':');
  return colon != std::string_view::npos && colon > 0 &&
         std::ranges::all_of(token.substr(0, colon), [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// Says what is wrong with a token that does not begin with a usable index.
[[noreturn]] void reject_index(std::string_view token, std::int64_t column) {
  if (token.starts_with("qid:")) {
    throw ContentError(column, "query ids (qid:) of ranking data are not used; --skip-qid passes them over");
  }
  const std::string seen = " (saw " + shown(token) + ")";
  if (looks_like_entry(token)) {
    const bool is_zero = token.substr(0, token.find(':')).find_first_not_of('0') == std::string_view::npos;
    throw ContentError(column, (is_zero ? "indices count from 1" : "index is above 2147483646") + seen);
  }
  throw ContentError(column, "expected index:value" + seen);
}

[[noreturn]] void refuse_value(std::int64_t index, NumberStatus status, std::string_view token, std::int64_t column) {
  const std::string what = "feature " + std::to_string(index);
  if (status != NumberStatus::text) {
    throw ContentError(column, describe(status, what, token));
  }
  const TextCause cause = cause_of_text(token);
  throw ContentError(column,
                     "value of " + what + " is not a number (saw " + shown(token) + ")" +
                         (cause.name.empty() ? "" : ": " + std::string(cause.name) + "; " + std::string(cause.remedy)));
}

/// Pushes lines into a sink.
class LibsvmRows final : public RecordParser {
 public:
  /// `label`: number of its column; −1: rows have none. `width`: becomes the largest index where that is larger.
  LibsvmRows(Index label, const ReadSettings& settings, std::int64_t share_bytes, RowSink& sink, std::int64_t& width)
      : label_(label),
        expected_features_(expected_feature_count(settings)),
        skips_query_ids_(settings.skip_query_ids),
        reserve_(share_bytes),
        sink_(sink),
        width_(width) {}

  void add(std::string_view line) override {
    reserve_.add_bytes(std::ssize(line) + 1);
    line_begin_ = line.data();
    line = without_comment(line);
    end_ = line.data() + line.size();
    const char* next = skip_blanks(line.data());
    if (next == end_) {
      return;
    }
    if (label_ >= 0) {
      next = add_label(next);
    }
    if (skips_query_ids_) {
      next = skip_query_id(skip_blanks(next));
    }
    feature_.clear();
    value_.clear();
    for (std::int64_t previous = 0; (next = skip_blanks(next)) != end_;) {
      next = add_entry(next, previous);
    }
    sink_.entries(feature_, value_);
    sink_.end_row();
    reserve_.add_row(std::ssize(value_), sink_);
  }

  void finish() override { width_ = std::max(width_, largest_index_); }

 private:
  const char* skip_blanks(const char* at) const {
    while (at != end_ && is_blank(*at)) {
      ++at;
    }
    return at;
  }

  std::int64_t column_of(const char* at) const { return at - line_begin_ + 1; }

  const char* add_label(const char* begin) {
    const std::string_view token = token_at(begin, end_);
    if (looks_like_entry(token)) {
      throw ContentError(column_of(begin), "row has no label (saw " + shown(token) + ")");
    }
    if (begin + token.size() == end_ && token.find(',') != std::string_view::npos) {
      throw ContentError(column_of(begin), "expected a label and index:value entries (saw " + shown(token) +
                                               "); if these are fields of a table, read it with --format csv");
    }
    try {
      sink_.text(label_, token);
    } catch (const ContentError& error) {
      throw ContentError(column_of(begin), error.what());
    }
    return begin + token.size();
  }

  /// "qid:7"
  const char* skip_query_id(const char* begin) const {
    const std::string_view token = token_at(begin, end_);
    if (!token.starts_with("qid:")) {
      return begin;
    }
    if (!looks_like_entry(std::string(token.substr(4)) + ':')) {
      throw ContentError(column_of(begin), "query id is no whole number (saw " + shown(token) + ")");
    }
    return begin + token.size();
  }

  const char* add_entry(const char* begin, std::int64_t& previous) {
    std::int64_t index = 0;
    const auto [colon, error] = std::from_chars(begin, end_, index);
    if (error != std::errc{} || colon == end_ || *colon != ':' || index < 1 || index > kLargestIndex) {
      reject_index(token_at(begin, end_), column_of(begin));
    }
    if (index <= previous) {
      throw ContentError(column_of(begin), index == previous
                                               ? "index " + std::to_string(index) + " stands twice in the row"
                                               : "indices must ascend (saw " + std::to_string(index) + " after " +
                                                     std::to_string(previous) + ")");
    }
    if (expected_features_ >= 0 && index > expected_features_) {
      throw ContentError(column_of(begin), "index " + std::to_string(index) + " is above the model's " +
                                               std::to_string(expected_features_) + " features");
    }
    previous = index;
    largest_index_ = std::max(largest_index_, index);
    double value = 0;
    const char* next = read_value(colon + 1, index, value);
    if (value != 0) {
      feature_.push_back(static_cast<std::int32_t>(index - 1));
      value_.push_back(value);
    }
    return next;
  }

  const char* read_value(const char* begin, std::int64_t index, double& value) const {
    // One digit: nearly every value of sparse indicator data.
    if (begin != end_ && *begin >= '0' && *begin <= '9' && (begin + 1 == end_ || is_blank(begin[1]))) {
      value = *begin - '0';
      return begin + 1;
    }
    const auto [stop, error] = std::from_chars(begin, end_, value);
    if (error == std::errc{} && (stop == end_ || is_blank(*stop)) && std::abs(value) < kExactIntegers) {
      return stop;
    }
    const std::string_view token = token_at(begin, end_);
    const ParsedNumber number = parse_number(token);
    value = number.value;
    if (number.status != NumberStatus::ok) {
      refuse_value(index, number.status, token, column_of(begin));
    }
    check_digits(token, value, column_of(begin));
    return begin + token.size();
  }

  Index label_;
  std::int64_t expected_features_;
  bool skips_query_ids_;
  SampledReserve reserve_;
  RowSink& sink_;
  std::int64_t& width_;
  std::vector<std::int32_t> feature_;  // entries of the row
  std::vector<double> value_;
  const char* line_begin_ = nullptr;
  const char* end_ = nullptr;
  std::int64_t largest_index_ = 0;
};

bool is_row(std::string_view line) {
  return !trimmed(without_comment(line)).empty();
}

bool begins_with_label(std::string_view line) {
  const std::string_view row = trimmed(line);
  return !looks_like_entry(token_at(row.data(), row.data() + row.size()));
}

/// "3:0.5", and "3:…" or "qid:7" in a line without the delimiters of CSV: a time of day in a CSV line is
/// none.
bool is_entry(std::string_view word, bool has_delimiter) {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos) {
    return false;
  }
  const bool has_value = parse_number(word.substr(colon + 1)).status == NumberStatus::ok;
  return !has_delimiter || (looks_like_entry(word) && has_value);
}

Schema libsvm_schema(bool has_label) {
  Schema schema;
  if (has_label) {
    schema.columns.push_back({.role = ColumnRole::label});
  }
  schema.columns.push_back({.feature = 0, .width = 0});
  return schema;
}

class LibsvmReader final : public FileReader {
 public:
  LibsvmReader(const TextBody& body, bool has_label, const ReadSettings& settings, InputFile& file)
      : FileReader({.schema = libsvm_schema(has_label),
                    .is_dense = false,
                    .label_place = {settings.path, "in the first field", ""}}),
        body_(body),
        settings_(settings),
        file_(file) {
    outline_.reader_bytes = parsing_bytes(body.bytes(), settings.threads);
  }

  void read(RowSink& sink, Communicator& comm) override {
    const Index label = outline_.schema.place(ColumnRole::label);
    std::int64_t width = std::max<std::int64_t>(0, expected_feature_count(settings_));
    const auto rows_of = [&](std::int64_t bytes, RowSink& to) {
      return std::make_unique<LibsvmRows>(label, settings_, bytes, to, width);
    };
    const std::int64_t read_bytes = parse_text(comm, file_, body_, {.threads = settings_.threads}, sink, rows_of);
    outline_.schema.columns.back().width = std::ranges::max(all_gather_value(comm, width));
    outline_.whole_over_read = body_.whole_over_head(read_bytes);
  }

 private:
  TextBody body_;
  const ReadSettings& settings_;
  InputFile& file_;
};

}  // namespace

bool is_libsvm_name(std::string_view name) {
  return name.ends_with(".libsvm") || name.ends_with(".svm") || name.ends_with(".svmlight");
}

bool is_libsvm_line(std::string_view line) {
  const std::size_t blank = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view first = line.substr(0, blank);
  const std::string_view rest = trimmed(line.substr(blank));
  const std::string_view second = rest.substr(0, rest.find_first_of(" \t"));
  const bool has_comma = line.find_first_of(",;") != std::string_view::npos;
  const bool is_label_only = rest.empty() && parse_number(first).status == NumberStatus::ok;
  return is_label_only || is_entry(second, has_comma) || is_entry(first, has_comma);
}

std::int64_t count_libsvm_entries(std::string_view line) {
  return is_row(line) ? std::ranges::count(without_comment(line), ':') : -1;
}

std::unique_ptr<FileReader> open_libsvm(const ReadSettings& settings, InputFile& file, Communicator& comm) {
  TextBody body;
  bool has_label = true;
  agree(comm, [&] {
    body = whole_text(file);
    body.head_bytes = settings.head_bytes;
    const bool may_lack = settings.label_optional || settings.label_kind == LabelKind::none;
    has_label = !may_lack || begins_with_label(first_row(file, body, is_row));
  });
  return std::make_unique<LibsvmReader>(body, has_label, settings, file);
}

}  // namespace lockstep
