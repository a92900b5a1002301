#include "data/csv_reader.h"

#include "comm/agreement.h"
#include "data/csv_layout.h"
#include "data/reader_common.h"
#include "data/text_cause.h"
#include "data/text_error.h"
#include "data/text_fields.h"
#include "data/text_number.h"
#include "data/text_parser.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

namespace lockstep {

namespace {

/// Rows after which the memory of the whole share is estimated and reserved.
constexpr std::int64_t kSampleRows = 256;

/// What to do with a column whose values are no numbers.
std::string hint(NumberStatus status, const CsvColumn& column) {
  if (column.role != ColumnRole::feature) {
    return {};
  }
  const std::string name = shell_word(column.name);
  return status == NumberStatus::text
             ? "; leave it out with --drop " + name + ", or if it is the label, say --label-column " + name
             : "; correct it, or leave the column out with --drop " + name;
}

[[noreturn]] void refuse_text(const CsvColumn& column, const TextField& field, const CsvLayout& layout) {
  const TextCause cause = cause_of_text(field.text);
  if (is_missing_marker(field.text)) {
    throw ContentError(field.column, "missing value in column " + shown(column.name) + " (saw " + shown(field.text) +
                                         ")" + hint(NumberStatus::missing, column));
  }
  if (cause.name.empty()) {
    throw ContentError(field.column, describe(NumberStatus::text, "column " + shown(column.name), field.text) +
                                         hint(NumberStatus::text, column) +
                                         (layout.has_header ? ""
                                                            : "; the first line was taken for a row, and --header "
                                                              "takes it for the header"));
  }
  throw ContentError(field.column, std::string(cause.name) + " in number column " + shown(column.name) + " (saw " +
                                       shown(field.text) + ", the delimiter being " + delimiter_name(layout.delimiter) +
                                       "); " + std::string(cause.remedy));
}

double number_in(const CsvColumn& column, const TextField& field, const CsvLayout& layout) {
  const ParsedNumber number = parse_number(field.text);
  if (number.status == NumberStatus::ok && !column.is_boolean) {
    if (std::abs(number.value) >= kExactIntegers) {
      check_digits(field.text, number.value, field.column);
    }
    return number.value;
  }
  const std::optional<bool> truth = column.is_boolean ? truth_value(field.text) : std::nullopt;
  if (truth) {
    return *truth ? 1 : 0;
  }
  if (number.status == NumberStatus::text) {
    refuse_text(column, field, layout);
  }
  if (number.status == NumberStatus::ok) {
    throw ContentError(field.column, "number in column " + shown(column.name) +
                                         ", which is boolean above, True and False (saw " + shown(field.text) +
                                         "); recode the column to numbers");
  }
  throw ContentError(field.column,
                     describe(number.status, "column " + shown(column.name), field.text) + hint(number.status, column));
}

/// Of a weight or an exposure, which zero has a meaning of its own for.
double scale_in(const CsvColumn& column, const TextField& field, const CsvLayout& layout) {
  const double value = number_in(column, field, layout);
  if (is_lost_in_zero(field.text, value)) {
    throw ContentError(field.column, "value in column " + shown(column.name) + " is too near 0 for a float64 (saw " +
                                         shown(field.text) + ")");
  }
  return value;
}

LabelPlace label_place(const std::string& path, const CsvLayout& layout) {
  const auto label = std::ranges::find(layout.columns, ColumnRole::label, &CsvColumn::role);
  if (label == layout.columns.end()) {
    return {path, "", ""};
  }
  const std::string another = " (--label-column names another)";
  return {path, "in column " + shown(label->name),
          layout.label_guess == LabelGuess::by_name ? ", which was taken for the label by its name" + another
          : layout.label_guess == LabelGuess::last  ? ", which was taken for the label as the last one" + another
                                                    : ""};
}

/// What is said of the head is said of the first file.
ReadSettings named_after(const InputFile& file, ReadSettings settings) {
  settings.path = file.path();
  return settings;
}

/// Pushes records into a sink.
class CsvRows final : public RecordParser {
 public:
  CsvRows(const CsvLayout& layout, std::int64_t share_bytes, RowSink& sink)
      : layout_(layout), share_bytes_(share_bytes), sink_(sink), features_(static_cast<std::size_t>(layout.features)) {}

  void add(std::string_view line) override {
    consumed_bytes_ += std::ssize(line) + 1;
    if (is_blank(line)) {
      return;
    }
    try {
      add_row(line);
    } catch (const ContentError& error) {
      const ContentError placed(error.column() > 0 ? error.column() : position_, error.what());
      explain_line(line, placed);
      // In a row of the wrong length the fields stand in the wrong columns: that is the better message.
      check_length(count_fields(line));
      throw placed;
    }
    if (++rows_ == kSampleRows) {
      reserve();
    }
  }

 private:
  /// Throws for a line that is no row at all.
  void explain_line(std::string_view line, const ContentError& error) const {
    if (layout_.has_header && line == layout_.header) {
      throw ContentError(1, "the header stands again here; remove the line");
    }
    if (rows_ == 0 && !layout_.second_header.empty() && line == layout_.second_header) {
      throw ContentError(1,
                         "the line has only texts, and the lines below have numbers: is it the header? remove the text "
                         "above it; or does it hold units? remove it");
    }
    TextFields fields(line, layout_.delimiter);  // holds the text of a field with quotes in it
    TextField field;
    fields.next(field);
    const bool has_mark = field.text.starts_with('#') || field.text.starts_with('%');
    if (!has_mark || error.column() > field.column || is_missing_marker(field.text)) {
      return;
    }
    const std::string mark(field.text.substr(0, 1));
    if (count_fields(line) == std::ssize(layout_.columns)) {
      throw ContentError(error.column(), error.what() + ("; or is the line a comment? they can stand only above the "
                                                         "header: remove it (grep -v '^" +
                                                         mark + "')"));
    }
    throw ContentError(
        field.column, "the line begins with " + mark +
                          ": a comment? comments can stand only above the header; remove it (grep -v '^" + mark + "')");
  }

  bool is_blank(std::string_view line) const {
    return line.empty() || line.find_first_not_of(layout_.delimiter == '\t' ? " " : " \t") == std::string_view::npos;
  }

  void add_row(std::string_view line) {
    TextFields fields(line, layout_.delimiter);
    std::size_t count = 0;
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
    sink_.features(features_);
    sink_.end_row();
  }

  void add_field(std::size_t place, const TextField& field) {
    const CsvColumn& column = layout_.columns[place];
    const auto number = static_cast<Index>(place);
    position_ = field.column;
    switch (column.role) {
      case ColumnRole::feature:
        features_[static_cast<std::size_t>(column.feature)] = number_in(column, field, layout_);
        break;
      case ColumnRole::label:
      case ColumnRole::id:
        sink_.text(number, field.text);
        break;
      case ColumnRole::weight:
      case ColumnRole::exposure:
        sink_.number(number, scale_in(column, field, layout_));
        break;
      case ColumnRole::offset:
        sink_.number(number, number_in(column, field, layout_));
        break;
      case ColumnRole::ignored:
        break;
    }
  }

  std::int64_t count_fields(std::string_view line) const {
    TextFields fields(line, layout_.delimiter);
    std::int64_t count = 0;
    for (TextField field; fields.next(field);) {
      ++count;
    }
    return count;
  }

  void check_length(std::int64_t count) const {
    const std::int64_t columns = std::ssize(layout_.columns);
    const bool ends_in_delimiter = layout_.has_trailing_delimiter && count == columns + 1 && !trailing_text_;
    if (count != columns && !ends_in_delimiter) {
      throw ContentError(1, "row has " + std::to_string(count) + " fields, the " +
                                (layout_.has_header ? "header" : "first row") + " has " + std::to_string(columns));
    }
  }

  /// One reservation from the average row so far: growth by doubling would hold up to three times the data.
  void reserve() {
    const double share_over_sample = 1.02 * static_cast<double>(share_bytes_) / static_cast<double>(consumed_bytes_);
    const auto rows = static_cast<std::int64_t>(share_over_sample * kSampleRows) + kSampleRows;
    sink_.reserve(rows, rows * layout_.features);
  }

  const CsvLayout& layout_;
  std::int64_t share_bytes_;
  RowSink& sink_;
  std::vector<double> features_;  // of the row
  std::int64_t rows_ = 0;
  std::int64_t position_ = 0;  // of the field, for what the sink says of it
  std::int64_t consumed_bytes_ = 0;
  bool trailing_text_ = false;
};

class CsvReader final : public FileReader {
 public:
  CsvReader(CsvLayout layout, const ReadSettings& settings, InputFile& file)
      : FileReader(
            {.schema = layout.schema(), .label_place = label_place(settings.path, layout), .notices = layout.notices}),
        layout_(std::move(layout)),
        rules_{std::string(1, layout_.delimiter), settings.threads, settings.are_shares_quoted},
        file_(file) {
    layout_.body.head_bytes = settings.head_bytes;
    outline_.reader_bytes = parsing_bytes(layout_.body.bytes(), settings.threads);
  }

  void read(RowSink& sink, Communicator& comm) override {
    const auto rows_of = [&](std::int64_t bytes, RowSink& to) { return std::make_unique<CsvRows>(layout_, bytes, to); };
    const std::int64_t read_bytes = parse_text(comm, file_, layout_.body, rules_, sink, rows_of);
    outline_.whole_over_read = layout_.body.whole_over_head(read_bytes);
  }

 private:
  CsvLayout layout_;
  TextRules rules_;
  InputFile& file_;
};

}  // namespace

bool is_csv_name(std::string_view name) {
  return name.ends_with(".csv") || name.ends_with(".tsv");
}

bool is_csv_line(std::string_view line) {
  return detect_delimiter(line) != '\0';
}

FileNames csv_names(const ReadSettings& settings, const InputFile& file) {
  const CsvLayout layout = csv_layout(named_after(file, settings), file);
  FileNames names;
  names.is_table = true;
  names.has_header = layout.has_header;
  std::ranges::transform(layout.columns, std::back_inserter(names.columns), &CsvColumn::name);
  names.has = [columns = names.columns](const std::string& name) { return find_name(columns, name) >= 0; };
  return names;
}

std::unique_ptr<FileReader> open_csv(const ReadSettings& settings, InputFile& file, Communicator& comm) {
  CsvLayout layout;
  agree(comm, [&] { layout = csv_layout(named_after(file, settings), file); });
  return std::make_unique<CsvReader>(std::move(layout), settings, file);
}

}  // namespace lockstep
