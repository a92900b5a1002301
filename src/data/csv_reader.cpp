#include "data/csv_reader.h"

#include "comm/agreement.h"
#include "data/column_learner.h"
#include "data/csv_layout.h"
#include "data/csv_rows.h"
#include "data/reader_common.h"
#include "data/row_encoder.h"
#include "data/text_error.h"
#include "data/text_fields.h"
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

/// Counts of all ranks, with the first line in the file.
MissingCount of_all_ranks(const MissingCount& mine, std::int64_t lines_before, Communicator& comm) {
  constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();
  const std::int64_t line = mine.values > 0 ? lines_before + mine.first_line : none;
  return {all_sum(comm, mine.values), std::ranges::min(all_gather_value(comm, line))};
}

/// "7 in 'age' (first at line 12), …" and what became of them.
std::string notice_of_missing(const CsvLayout& layout, const std::string& path,
                              const std::vector<MissingCount>& missing, std::int64_t dropped, std::int64_t rows) {
  constexpr std::size_t kListed = 8;
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (missing[i].values > 0) {
      parts.push_back(fmt::format("{} in {} (first at line {})", missing[i].values, shown(layout.columns[i].name),
                                  missing[i].first_line));
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

class CsvReader final : public FileReader {
 public:
  CsvReader(CsvLayout layout, Schema schema, std::vector<std::string> notices, const ReadSettings& settings,
            const InputFile& file)
      : FileReader({.schema = std::move(schema),
                    .label_place = label_place(settings.path, layout),
                    .notices = std::move(notices)}),
        layout_(std::move(layout)),
        settings_(settings),
        file_(file) {
    outline_.is_dense = RowEncoder(outline_.schema).is_dense();
    layout_.body.head_bytes = settings.head_bytes;
  }

  void read(RowSink& sink, Communicator& comm) override {
    CsvRows rows(layout_, outline_.schema, settings_, layout_.body.share(comm.rank(), comm.size()).size(), sink);
    parse_share(comm, file_, layout_.body, [&](std::string_view line) { rows.add(line); });
    outline_.whole_over_read = layout_.body.whole_over_head(rows.consumed_bytes());
    note_missing(rows, comm);
  }

 private:
  void note_missing(const CsvRows& rows, Communicator& comm) {
    if (layout_.missing == MissingPolicy::error) {
      return;
    }
    const std::vector<std::int64_t> lines = all_gather_value(comm, rows.lines());
    const std::int64_t lines_before =
        std::accumulate(lines.begin(), lines.begin() + comm.rank(), layout_.body.lines_before);
    std::vector<MissingCount> missing;
    for (const MissingCount& mine : rows.missing()) {
      missing.push_back(of_all_ranks(mine, lines_before, comm));
    }
    std::string notice = notice_of_missing(layout_, settings_.path, missing, all_sum(comm, rows.dropped_rows()),
                                           all_sum(comm, rows.rows()));
    if (!notice.empty()) {
      outline_.notices.push_back(std::move(notice));
    }
  }

  CsvLayout layout_;
  const ReadSettings& settings_;
  const InputFile& file_;
};

/// The schema of all rows, which one pass over them completes where it must. Collective.
Schema learned_schema(const CsvLayout& layout, const ReadSettings& settings, const InputFile& file,
                      std::vector<std::string>& notices, Communicator& comm) {
  Schema schema = layout.schema();
  ColumnLearner learner(schema, settings);
  if (learner.is_needed()) {
    TextBody body = layout.body;
    body.head_bytes = settings.head_bytes;
    parse_share(comm, file, body, [&](std::string_view line) {
      if (layout.is_blank(line)) {
        return;
      }
      TextFields fields(line, layout.delimiter);
      std::string buffer;
      Index column = 0;
      for (TextField field; column < std::ssize(layout.columns) && fields.next(field); ++column) {
        const bool has_comma =
            layout.has_decimal_comma && schema.columns[static_cast<std::size_t>(column)].kind != ColumnKind::category;
        learner.add(column, has_comma ? with_decimal_point(field.text, buffer) : field.text);
      }
    });
    learner.finish(schema, notices, comm);
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
  const CsvLayout layout = csv_layout(settings, file);
  FileNames names;
  names.is_table = true;
  names.has_header = layout.has_header;
  std::ranges::transform(layout.columns, std::back_inserter(names.columns), &CsvColumn::name);
  names.has = [columns = names.columns](const std::string& name) { return find_name(columns, name) >= 0; };
  return names;
}

std::unique_ptr<FileReader> open_csv(const ReadSettings& settings, const InputFile& file, Communicator& comm) {
  CsvLayout layout;
  agree(comm, [&] { layout = csv_layout(settings, file); });
  std::vector<std::string> notices = layout.notices;
  Schema schema;
  with_notices(notices, [&] { schema = learned_schema(layout, settings, file, notices, comm); });
  return std::make_unique<CsvReader>(std::move(layout), std::move(schema), std::move(notices), settings, file);
}

}  // namespace lockstep
