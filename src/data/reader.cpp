#include "data/reader.h"

#include "comm/agreement.h"
#include "data/file_reader.h"
#include "data/formats.h"
#include "data/reader_common.h"
#include "data/reader_format.h"
#include "data/resident_rows.h"
#include "lockstep/base/errors.h"

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// Foresees the rows of a text from those in its head.
void foresee_rows(const FileOutline& outline, RawData& data) {
  data.rows_in_file = outline.rows_in_file < 0 ? data.total_rows : outline.rows_in_file;
  if (outline.whole_over_read > 0) {
    data.rows_in_file = std::llround(outline.whole_over_read * static_cast<double>(data.total_rows));
    data.is_rows_in_file_exact = false;
  }
}

RawData read_once(const FormatRow& format, const ReadSettings& settings, const InputFile& file, Communicator& comm) {
  const std::unique_ptr<FileReader> reader = format.open(settings, file, comm);
  const FileOutline& outline = reader->outline();
  const LabelPlace& place = outline.label_place;
  RawData data;
  data.format = format.format;
  data.notices = outline.notices;
  with_notices(data.notices, [&] {
    ResidentRows rows(outline, settings, data.block);
    reader->read(rows, comm);
    data.block.features = outline.schema.features();
    data.schema = outline.schema;
    data.reader_bytes = outline.reader_bytes;
    number_rows(comm, settings, data);
    foresee_rows(outline, data);
    const bool is_named = data.schema.is_table && !place.column.empty();
    data.label_place = is_named ? ' ' + place.column + place.guess : "";
    std::vector<std::string> classes = rows.finish_labels(comm, place, data.notices);
    if (data.schema.find(ColumnRole::label) != nullptr) {
      data.schema.set_class_names(std::move(classes));
    }
  });
  return data;
}

RawData read_as(const FormatRow& format, const ReadSettings& settings, const InputFile& file, Communicator& comm) {
  try {
    return read_once(format, settings, file, comm);
  } catch (const MiswrittenLabels&) {
    if (settings.labels_are_numbers) {
      throw;
    }
  }
  ReadSettings again = settings;
  again.labels_are_numbers = true;
  return read_once(format, again, file, comm);
}

/// The titles of the formats that have something: "CSV".
template <typename Has>
std::string titles_of(Has has) {
  std::string titles;
  for (const FormatRow& row : formats()) {
    if (has(row)) {
      titles += (titles.empty() ? "" : " and ") + std::string(row.title);
    }
  }
  return titles;
}

/// Throws ConfigurationError where an option is given that does not apply to the format.
void refuse_options(const FormatRow& format, const ReadSettings& settings) {
  if (format.usual_labels == nullptr && !settings.labels.empty()) {
    throw ConfigurationError(fmt::format("{}: only {} has a second file of labels, so {} does not apply", settings.path,
                                         titles_of([](const FormatRow& row) { return row.usual_labels != nullptr; }),
                                         settings.labels_option));
  }
  if (!format.has_header && settings.header != HeaderPolicy::automatic) {
    throw ConfigurationError(fmt::format("{}: only {} has a header line, so --header and --no-header do not apply",
                                         settings.path,
                                         titles_of([](const FormatRow& row) { return row.has_header; })));
  }
  if (format.names == nullptr) {
    refuse_column_names(settings, std::string(format.title));
  }
}

}  // namespace

RawData read_data(const ReadSettings& settings, Communicator& comm) {
  std::optional<InputFile> file;
  const FormatRow* format = nullptr;
  agree(comm, [&] {
    file.emplace(settings.path);
    format = &format_row(detect_format(settings, *file));
    refuse_options(*format, settings);
  });
  check_same_file(*file, comm);
  return read_as(*format, settings, *file, comm);
}

}  // namespace lockstep
