#include "data/outlook.h"

#include "comm/agreement.h"
#include "data/data_input.h"
#include "data/part_rows.h"
#include "data/text_fields.h"
#include "data/text_number.h"
#include "data/text_parser.h"

#include <algorithm>
#include <memory>
#include <string>

namespace lockstep {

namespace {

constexpr std::int64_t kHeadBytes = std::int64_t{1} << 20;
/// "1,2\n"
constexpr std::int64_t kLeastFieldBytes = 2;

/// count · part / whole
std::int64_t scaled(std::int64_t count, std::int64_t part, std::int64_t whole) {
  return static_cast<std::int64_t>(static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(1, whole)) *
                                   static_cast<double>(part));
}

struct RowCount {
  std::int64_t rows = 0;
  std::int64_t entries = 0;  ///< of sparse text
};

/// Adds the rows of a part to those of the others.
class RowCounter final : public RecordParser {
 public:
  /// `entries_in`: of the format; null: of a table.
  RowCounter(std::int64_t (*entries_in)(std::string_view), RowCount& all) : entries_in_(entries_in), all_(all) {}

  void add(std::string_view record) override {
    if (entries_in_ == nullptr) {
      mine_.rows += trimmed(record).empty() ? 0 : 1;
    } else if (const std::int64_t entries = entries_in_(record); entries >= 0) {
      ++mine_.rows;
      mine_.entries += entries;
    }
  }

  void finish() override {
    all_.rows += mine_.rows;
    all_.entries += mine_.entries;
  }

 private:
  std::int64_t (*entries_in_)(std::string_view);
  RowCount& all_;
  RowCount mine_;
};

}  // namespace

DataOutlook DataOutlook::at_most() const {
  DataOutlook most = *this;
  if (!is_counted) {
    most.rows = file_bytes / (kLeastFieldBytes * std::max<std::int64_t>(1, fields));
    most.stored_entries = is_dense     ? most.rows * features
                          : fields > 1 ? most.rows * fields
                                       : file_bytes / std::max<std::int64_t>(1, least_entry_bytes);
  }
  return most;
}

DataHead foresee_data(const ReadSettings& settings) {
  ReadSettings head = settings;
  head.head_bytes = kHeadBytes;
  SerialCommunicator alone;
  RawData raw = read_data(head, alone);
  const RowBlock& block = raw.block;
  DataOutlook outlook;
  outlook.rows = raw.rows_in_file;
  outlook.features = block.features;
  outlook.fields = raw.schema.is_table ? std::ssize(raw.schema.columns) : block.is_dense ? block.features : 1;
  outlook.stored_entries = scaled(block.count_entries(), outlook.rows, block.rows);
  outlook.columns = (block.label.empty() ? 0 : 1) + (block.weight.empty() ? 0 : 1) + (block.offset.empty() ? 0 : 1) +
                    (block.group.empty() ? 0 : 1);
  outlook.classes = std::ssize(raw.schema.class_names());
  outlook.file_bytes = open_data(settings).file->size();
  outlook.reader_bytes = raw.reader_bytes;
  outlook.is_dense = block.is_dense;
  outlook.is_text = raw.format->is_text;
  outlook.has_any_row = raw.has_any_row;
  outlook.is_counted = raw.is_rows_in_file_exact;
  outlook.is_whole = outlook.is_counted && raw.total_rows == raw.rows_in_file;
  outlook.has_all_features = outlook.is_whole || outlook.is_dense || !outlook.is_text || raw.schema.is_hashed();
  outlook.least_entry_bytes = raw.format->least_entry_bytes;
  return {outlook, std::move(raw.schema), std::move(raw.notices)};
}

void count_rows(const ReadSettings& settings, DataOutlook& outlook, Communicator& comm) {
  DataInput input;
  agree(comm, [&] { input = open_data(settings); });
  if (input.text != nullptr) {
    input.text->measure(comm);
  }
  const bool is_table = outlook.fields > 1;
  RowCount mine;
  const auto entries_in = is_table ? nullptr : input.format->entries_in;
  const auto count_of = [&](std::int64_t, RowSink&) { return std::make_unique<RowCounter>(entries_in, mine); };
  TextRules rules{std::string(is_table ? kUsualDelimiters : ""), settings.threads};
  PartRows none;
  try {
    parse_text(comm, *input.file, whole_text(*input.file), rules, none, count_of);
  } catch (const QuotedShare&) {
    mine = {};
    rules.are_shares_quoted = true;
    parse_text(comm, *input.file, whole_text(*input.file), rules, none, count_of);
  }
  const std::int64_t all_rows = all_sum(comm, mine.rows);
  const std::int64_t all_entries = all_sum(comm, mine.entries);
  outlook.stored_entries = is_table ? scaled(outlook.stored_entries, all_rows, outlook.rows) : all_entries;
  outlook.rows = all_rows;
  outlook.is_counted = true;
}

}  // namespace lockstep
