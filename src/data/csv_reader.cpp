#include "data/csv_reader.h"

#include "comm/agreement.h"
#include "data/column_learner.h"
#include "data/csv_formula.h"
#include "data/csv_layout.h"
#include "data/csv_rows.h"
#include "data/part_rows.h"
#include "data/reader_common.h"
#include "data/row_encoder.h"
#include "data/text_error.h"
#include "data/text_fields.h"
#include "data/text_number.h"
#include "data/text_parser.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

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

/// Counts of all ranks, with the first row of the data.
MissingCount of_all_ranks(const MissingCount& mine, std::int64_t rows_before, Communicator& comm) {
  constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();
  const std::int64_t row = mine.values > 0 ? rows_before + mine.first_row : none;
  return {all_sum(comm, mine.values), std::ranges::min(all_gather_value(comm, row))};
}

/// "7 in 'age' (first in row 12), …" and what became of them.
std::string notice_of_missing(const CsvLayout& layout, const std::string& path,
                              const std::vector<MissingCount>& missing, std::int64_t dropped, std::int64_t rows) {
  constexpr std::size_t kListed = 8;
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (missing[i].values > 0) {
      parts.push_back(fmt::format("{} in {} (first in row {})", missing[i].values, shown(layout.columns[i].name),
                                  missing[i].first_row));
    }
  }
  if (parts.empty()) {
    return {};
  }
  const auto listed = std::span(parts).first(std::min(parts.size(), kListed));
  return fmt::format("{}: missing values: {}{}; {}", path, fmt::join(listed, ", "),
                     parts.size() > kListed ? fmt::format(" and {} columns more", parts.size() - kListed) : "",
                     layout.missing == MissingPolicy::drop
                         ? fmt::format("{} of {} rows are left out", dropped, rows)
                         : "means, and the commonest levels, stand for them" +
                               std::string(layout.missing == MissingPolicy::indicator
                                               ? "; NAME=(missing) is 1 where a value was missing in training"
                                               : ""));
}

TextRules rules_of(const CsvLayout& layout, const ReadSettings& settings) {
  return {std::string(1, layout.delimiter), settings.threads, settings.are_shares_quoted};
}

class CsvReader final : public FileReader {
 public:
  CsvReader(CsvLayout layout, Schema schema, std::vector<std::string> notices, const ReadSettings& settings,
            InputFile& file)
      : FileReader({.schema = std::move(schema),
                    .label_place = label_place(settings.path, layout),
                    .notices = std::move(notices)}),
        layout_(std::move(layout)),
        settings_(settings),
        file_(file) {
    outline_.is_dense = RowEncoder(outline_.schema).is_dense();
    outline_.reader_bytes = parsing_bytes(layout_.body.bytes(), settings.threads);
  }

  void read(RowSink& sink, Communicator& comm) override {
    CsvTotals totals;
    const auto rows_of = [&](std::int64_t bytes, RowSink& to) {
      return std::make_unique<CsvRows>(layout_, outline_.schema, settings_, bytes, to, totals);
    };
    const std::int64_t read_bytes = parse_text(comm, file_, layout_.body, rules_of(layout_, settings_), sink, rows_of);
    outline_.whole_over_read = layout_.body.whole_over_head(read_bytes);
    note_missing(totals, comm);
  }

 private:
  void note_missing(const CsvTotals& mine, Communicator& comm) {
    if (layout_.missing == MissingPolicy::error) {
      return;
    }
    const std::vector<std::int64_t> rows = all_gather_value(comm, mine.rows);
    const std::int64_t rows_before = std::accumulate(rows.begin(), rows.begin() + comm.rank(), std::int64_t{0});
    std::vector<MissingCount> missing;
    for (std::size_t i = 0; i < layout_.columns.size(); ++i) {
      missing.push_back(of_all_ranks(mine.missing.empty() ? MissingCount{} : mine.missing[i], rows_before, comm));
    }
    std::string notice = notice_of_missing(layout_, settings_.path, missing, all_sum(comm, mine.dropped_rows),
                                           std::accumulate(rows.begin(), rows.end(), std::int64_t{0}));
    if (!notice.empty()) {
      outline_.notices.push_back(std::move(notice));
    }
  }

  CsvLayout layout_;
  const ReadSettings& settings_;
  InputFile& file_;
};

/// Tells a learner the fields of records; pushes no rows.
class LearningParser final : public RecordParser {
 public:
  LearningParser(const CsvLayout& layout, const Schema& schema, const ReadSettings& settings, ColumnLearner& all)
      : layout_(layout), schema_(schema), mine_(schema, settings), all_(all) {}

  void add(std::string_view record) override {
    if (layout_.is_blank(record)) {
      return;
    }
    TextFields fields(record, layout_.delimiter);
    std::string buffer;
    Index column = 0;
    for (TextField field; column < std::ssize(layout_.columns) && fields.next(field); ++column) {
      const bool has_comma =
          layout_.has_decimal_comma && schema_.columns[static_cast<std::size_t>(column)].kind != ColumnKind::category;
      mine_.add(column, has_comma ? with_decimal_point(field.text, buffer) : field.text);
    }
  }

  void finish() override { all_.merge(mine_); }

 private:
  const CsvLayout& layout_;
  const Schema& schema_;
  ColumnLearner mine_;
  ColumnLearner& all_;
};

/// The schema of all rows, which one pass over them completes where it must. Collective.
Schema learned_schema(const CsvLayout& layout, const ReadSettings& settings, InputFile& file,
                      std::vector<std::string>& notices, Communicator& comm) {
  Schema schema = layout.schema();
  ColumnLearner learner(schema, settings);
  if (learner.is_needed()) {
    PartRows none;
    const auto parser_of = [&](std::int64_t, RowSink&) {
      return std::make_unique<LearningParser>(layout, schema, settings, learner);
    };
    parse_text(comm, file, layout.body, rules_of(layout, settings), none, parser_of);
    learner.finish(schema, notices, comm);
  }
  if (layout.has_formula() && !is_for_model(settings)) {
    learn_formula(layout, settings, rules_of(layout, settings), file, schema, comm);
  }
  return schema;
}

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
  layout.body.head_bytes = settings.head_bytes;
  std::vector<std::string> notices = layout.notices;
  Schema schema;
  with_notices(notices, [&] { schema = learned_schema(layout, settings, file, notices, comm); });
  return std::make_unique<CsvReader>(std::move(layout), std::move(schema), std::move(notices), settings, file);
}

}  // namespace lockstep
