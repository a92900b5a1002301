#include "data/outlook.h"

#include "comm/agreement.h"
#include "data/text_number.h"
#include "data/text_share.h"

#include <algorithm>
#include <optional>

namespace lockstep {

namespace {

constexpr std::int64_t kHeadBytes = std::int64_t{1} << 20;
/// "1,2\n" has two bytes a field; "1 1:1\n" two for the label and four for the entry.
constexpr std::int64_t kLeastFieldBytes = 2;
constexpr std::int64_t kLeastEntryBytes = 4;

/// count · part / whole
std::int64_t scaled(std::int64_t count, std::int64_t part, std::int64_t whole) {
  return static_cast<std::int64_t>(static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(1, whole)) *
                                   static_cast<double>(part));
}

}  // namespace

DataOutlook DataOutlook::at_most() const {
  DataOutlook most = *this;
  if (!is_counted) {
    most.rows = file_bytes / (kLeastFieldBytes * (is_dense ? std::max<std::int64_t>(1, features) : 1));
    most.stored_entries = is_dense ? most.rows * features : file_bytes / kLeastEntryBytes;
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
  outlook.stored_entries = scaled(block.count_entries(), outlook.rows, block.rows);
  outlook.columns = (block.label.empty() ? 0 : 1) + (block.weight.empty() ? 0 : 1) + (block.offset.empty() ? 0 : 1);
  outlook.classes = std::ssize(raw.schema.class_names());
  outlook.file_bytes = InputFile(settings.path).size();
  outlook.reader_bytes = raw.reader_bytes;
  outlook.is_dense = block.is_dense;
  outlook.is_text = raw.format->is_text;
  outlook.has_any_row = raw.has_any_row;
  outlook.is_counted = raw.is_rows_in_file_exact;
  outlook.is_whole = outlook.is_counted && raw.total_rows == raw.rows_in_file;
  return {outlook, std::move(raw.schema), std::move(raw.notices)};
}

void count_rows(const ReadSettings& settings, DataOutlook& outlook, Communicator& comm) {
  std::optional<InputFile> file;
  agree(comm, [&] { file.emplace(settings.path); });
  std::int64_t rows = 0;
  std::int64_t entries = 0;
  parse_share(comm, *file, whole_text(*file), [&](std::string_view line) {
    if (!outlook.is_dense) {
      line = line.substr(0, line.find('#'));
      entries += std::ranges::count(line, ':');
    }
    rows += trimmed(line).empty() ? 0 : 1;
  });
  const std::int64_t all_rows = all_sum(comm, rows);
  const std::int64_t all_entries = all_sum(comm, entries);
  outlook.stored_entries = outlook.is_dense ? scaled(outlook.stored_entries, all_rows, outlook.rows) : all_entries;
  outlook.rows = all_rows;
  outlook.is_counted = true;
}

}  // namespace lockstep
