#include "data/vw_reader.h"

#include "base/hash.h"
#include "comm/agreement.h"
#include "data/line_reader.h"
#include "data/reader_common.h"
#include "data/sampled_reserve.h"
#include "data/text_cause.h"
#include "data/text_error.h"
#include "data/text_number.h"
#include "data/text_parser.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::string_view kBlanks = " \t";

/// Words of a text, and where they stand.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {}

  /// Empty at the end.
  std::string_view next() {
    const std::size_t begin = std::min(text_.find_first_not_of(kBlanks, end_), text_.size());
    end_ = std::min(text_.find_first_of(kBlanks, begin), text_.size());
    return text_.substr(begin, end_ - begin);
  }

 private:
  std::string_view text_;
  std::size_t end_ = 0;
};

/// What stands before the first bar.
struct RowHead {
  std::string_view label, importance;
  std::string_view rest;  ///< what is too much
};

RowHead head_of(std::string_view text) {
  // A tag touches the bar, or begins with a quote.
  const bool has_tag = !text.empty() && kBlanks.find(text.back()) == std::string_view::npos;
  std::array<std::string_view, 4> word;
  std::size_t count = 0;
  Words words(text);
  for (std::string_view one; count < word.size() && !(one = words.next()).empty();) {
    word[count++] = one;
  }
  if (count > 0 && (has_tag || word[count - 1].starts_with('\''))) {
    word[--count] = {};
  }
  return {word[0], word[1], word[2]};
}

/// "a:2" → ("a", 2), "a" → ("a", 1).
std::pair<std::string_view, double> name_and_value(std::string_view token, std::int64_t column) {
  const std::size_t colon = token.rfind(':');
  if (colon == std::string_view::npos) {
    return {token, 1};
  }
  const std::string_view name = token.substr(0, colon);
  const std::string_view text = token.substr(colon + 1);
  const ParsedNumber number = parse_number(text);
  if (number.status != NumberStatus::ok) {
    throw ContentError(column, number.status == NumberStatus::text
                                   ? "value of " + shown(name) + " is not a number (saw " + shown(text) + ")"
                                   : describe(number.status, "feature " + shown(name), text));
  }
  check_digits(text, number.value, column);
  return {name, number.value};
}

/// Pushes lines into a sink.
class VwRows final : public RecordParser {
 public:
  /// `label`: number of its column; −1: rows have none.
  VwRows(Index label, Index weight, int bits, std::int64_t share_bytes, RowSink& sink)
      : label_(label), weight_(weight), mask_((std::uint64_t{1} << bits) - 1), reserve_(share_bytes), sink_(sink) {}

  void add(std::string_view line) override {
    reserve_.add_bytes(std::ssize(line) + 1);
    line_ = line;
    if (trimmed(line).empty()) {
      return;
    }
    const std::size_t bar = line.find('|');
    if (bar == std::string_view::npos) {
      throw ContentError(0, "no | before the features (saw " + shown(line) + ")");
    }
    add_head(line.substr(0, bar));
    entries_.clear();
    for (std::size_t begin = bar; begin < line.size();) {
      const std::size_t end = std::min(line.find('|', begin + 1), line.size());
      add_namespace(line.substr(begin + 1, end - begin - 1));
      begin = end;
    }
    push_entries();
  }

 private:
  struct Entry {
    std::int32_t column;
    double value;
  };

  std::int64_t column_of(std::string_view part) const { return part.data() - line_.data() + 1; }

  void add_head(std::string_view text) {
    const RowHead head = head_of(text);
    if (!head.rest.empty()) {
      throw ContentError(column_of(head.rest), "an initial prediction is not used (saw " + shown(head.rest) + ")");
    }
    if (label_ >= 0) {
      if (head.label.empty()) {
        throw ContentError(1, trimmed(text).empty() ? "row has no label"
                                                    : "row has no label: what touches the | is a tag (saw " +
                                                          shown(trimmed(text)) + "); write 'LABEL |'");
      }
      if (head.label.find(':') != std::string_view::npos) {
        throw ContentError(column_of(head.label),
                           "labels of several parts are not used (saw " + shown(head.label) + ")");
      }
      push(head.label, [&] { sink_.text(label_, head.label); });
    }
    double importance = 1;
    if (!head.importance.empty()) {
      const ParsedNumber number = parse_number(head.importance);
      if (number.status != NumberStatus::ok) {
        throw ContentError(column_of(head.importance), describe(number.status, "the importance", head.importance));
      }
      check_digits(head.importance, number.value, column_of(head.importance));
      importance = number.value;
    }
    push(head.importance, [&] { sink_.number(weight_, importance); });
  }

  /// What the sink has to say, it says of `token`.
  template <typename Push>
  void push(std::string_view token, Push to_sink) const {
    try {
      to_sink();
    } catch (const ContentError& error) {
      throw ContentError(column_of(token), error.what());
    }
  }

  /// "ns:2 a b:3"; the name is missing where a blank comes first.
  void add_namespace(std::string_view text) {
    Words words(text);
    double scale = 1;
    key_.clear();
    if (!text.empty() && kBlanks.find(text.front()) == std::string_view::npos) {
      const std::string_view token = words.next();
      const auto [name, value] = name_and_value(token, column_of(token));
      key_ = name;
      scale = value;
    }
    key_ += '^';
    const std::size_t prefix = key_.size();
    for (std::string_view token; !(token = words.next()).empty();) {
      const auto [name, value] = name_and_value(token, column_of(token));
      key_.resize(prefix);
      key_ += name;
      const std::uint64_t hash = hash64(std::as_bytes(std::span(key_)));
      entries_.push_back({static_cast<std::int32_t>(hash & mask_), value * scale});
    }
  }

  /// Names of one column are added up in the order in which they stand.
  void push_entries() {
    std::ranges::stable_sort(entries_, {}, &Entry::column);
    feature_.clear();
    value_.clear();
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      const std::int32_t column = entry->column;
      double sum = 0;
      for (; entry != entries_.end() && entry->column == column; ++entry) {
        sum += entry->value;
      }
      if (!std::isfinite(sum)) {
        throw ContentError(0, "the values of one column add up to more than a number can hold");
      }
      if (sum != 0) {
        feature_.push_back(column);
        value_.push_back(sum);
      }
    }
    sink_.entries(feature_, value_);
    sink_.end_row();
    reserve_.add_row(std::ssize(value_), sink_);
  }

  Index label_;
  Index weight_;
  std::uint64_t mask_;
  SampledReserve reserve_;
  RowSink& sink_;
  std::string_view line_;
  std::string key_;  // "namespace^name"
  std::vector<Entry> entries_;
  std::vector<std::int32_t> feature_;  // of the row
  std::vector<double> value_;
};

int bits_of_columns(const ReadSettings& settings) {
  const std::int64_t expected = expected_feature_count(settings);
  if (expected < 0) {
    return settings.hash_bits;
  }
  const auto columns = static_cast<std::uint64_t>(expected);
  if (!settings.expected.is_hashed() || !std::has_single_bit(columns)) {
    throw DataError(settings.path + ": names its features, and the model was not trained on hashed names");
  }
  const int bits = std::countr_zero(columns);
  if (settings.hash_bits != ReadSettings().hash_bits && settings.hash_bits != bits) {
    throw ConfigurationError(
        fmt::format("{}: --hash-bits {}: the model has 2^{} columns", settings.path, settings.hash_bits, bits));
  }
  return bits;
}

Schema vw_schema(bool has_label, int bits) {
  Schema schema;
  if (has_label) {
    schema.columns.push_back({.role = ColumnRole::label});
  }
  schema.columns.push_back({.role = ColumnRole::weight});
  schema.columns.push_back({.kind = ColumnKind::hashed, .feature = 0, .width = Index{1} << bits});
  return schema;
}

class VwReader final : public FileReader {
 public:
  VwReader(const TextBody& body, bool has_label, int bits, const ReadSettings& settings, InputFile& file)
      : FileReader({.schema = vw_schema(has_label, bits),
                    .is_dense = false,
                    .label_place = {settings.path, "in the first field", ""}}),
        body_(body),
        bits_(bits),
        threads_(settings.threads),
        file_(file) {
    outline_.reader_bytes = parsing_bytes(body.bytes(), settings.threads);
  }

  void read(RowSink& sink, Communicator& comm) override {
    const Schema& schema = outline_.schema;
    const auto rows_of = [&](std::int64_t bytes, RowSink& to) {
      return std::make_unique<VwRows>(schema.place(ColumnRole::label), schema.place(ColumnRole::weight), bits_, bytes,
                                      to);
    };
    outline_.whole_over_read =
        body_.whole_over_head(parse_text(comm, file_, body_, {.threads = threads_}, sink, rows_of));
  }

 private:
  TextBody body_;
  int bits_;
  int threads_;
  InputFile& file_;
};

bool is_row(std::string_view line) {
  return !trimmed(line).empty();
}

/// A letter begins a name of features, and hardly a field of a table of numbers; "24:1" is a name with its value.
bool begins_name(std::string_view text) {
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  return !text.empty() && (std::isalpha(static_cast<unsigned char>(text.front())) != 0 || text.front() == '_' ||
                           std::ranges::count(word, ':') == 1);
}

}  // namespace

bool is_vw_name(std::string_view name) {
  return name.ends_with(".vw");
}

bool is_vw_line(std::string_view line) {
  const std::size_t bar = line.find('|');
  if (bar == std::string_view::npos || (bar > 0 && kBlanks.find(line[bar - 1]) == std::string_view::npos)) {
    return false;
  }
  const RowHead head = head_of(line.substr(0, bar));
  for (const std::string_view number : {head.label, head.importance}) {
    if (!number.empty() && parse_number(number).status != NumberStatus::ok) {
      return false;
    }
  }
  const std::string_view names = line.substr(bar + 1);
  // "1 | a | b" and "|a|b|" are tables.
  const bool is_table = names.starts_with(' ') ? names.find(" | ") != std::string_view::npos
                                               : bar == 0 && line.find_first_of(kBlanks) == std::string_view::npos &&
                                                     names.find('|') != std::string_view::npos;
  return head.rest.empty() && begins_name(trimmed(names)) && !is_table;
}

std::int64_t count_vw_entries(std::string_view line) {
  if (!is_row(line)) {
    return -1;
  }
  std::int64_t count = 0;
  Words words(line.substr(std::min(line.find('|'), line.size())));
  for (std::string_view word; !(word = words.next()).empty();) {
    count += word.find('|') == std::string_view::npos ? 1 : 0;
  }
  return count;
}

std::unique_ptr<FileReader> open_vw(const ReadSettings& settings, InputFile& file, Communicator& comm) {
  TextBody body;
  bool has_label = true;
  int bits = 0;
  agree(comm, [&] {
    bits = bits_of_columns(settings);
    body = whole_text(file);
    body.head_bytes = settings.head_bytes;
    const bool may_lack = settings.label_optional || settings.label_kind == LabelKind::none;
    const std::string row = may_lack ? first_row(file, body, is_row) : "";
    has_label = row.empty() || !head_of(std::string_view(row).substr(0, row.find('|'))).label.empty();
  });
  return std::make_unique<VwReader>(body, has_label, bits, settings, file);
}

}  // namespace lockstep
