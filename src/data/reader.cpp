#include "data/reader.h"

#include "comm/agreement.h"
#include "data/file_reader.h"
#include "data/formats.h"
#include "data/reader_common.h"
#include "data/reader_format.h"
#include "data/resident_rows.h"
#include "lockstep/base/errors.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace lockstep {

namespace {

RawData read_once(const FormatRow& format, const ReadSettings& settings, const InputFile& file, Communicator& comm) {
  const std::unique_ptr<FileReader> reader = format.open(settings, file, comm);
  RawData data = collect(*reader, settings, comm);
  data.format = &format;
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
    throw ConfigurationError(fmt::format(
        "{}: only {} take a second file of labels, so {} does not apply", settings.path,
        titles_of([](const FormatRow& row) { return row.usual_labels != nullptr; }), settings.labels_option));
  }
  if (!format.has_header && settings.header != HeaderPolicy::automatic) {
    throw ConfigurationError(fmt::format("{}: only {} has a header line, so --header and --no-header do not apply",
                                         settings.path,
                                         titles_of([](const FormatRow& row) { return row.has_header; })));
  }
  const auto refuse = [&](bool given, std::string_view name, const char* what) {
    if (given && format.name != name) {
      throw ConfigurationError(fmt::format("{}: only {} has {}", settings.path, format_named(name)->title, what));
    }
  };
  refuse(settings.delimiter.character != '\0', "csv", "delimiters, so --delimiter does not apply");
  refuse(settings.decimal != DecimalMark::automatic, "csv",
         "decimal marks to choose from, so --decimal does not apply");
  refuse(settings.skip_query_ids, "libsvm", "query ids, so --skip-qid does not apply");
  if (format.names == nullptr) {
    refuse_column_names(settings, std::string(format.title));
  }
}

}  // namespace

std::string to_string(UnknownPolicy policy) {
  return policy == UnknownPolicy::error ? "error" : "ignore";
}

UnknownPolicy unknown_policy(const std::string& word) {
  for (const UnknownPolicy policy : {UnknownPolicy::error, UnknownPolicy::ignore}) {
    if (word == to_string(policy)) {
      return policy;
    }
  }
  throw ConfigurationError("'" + word + "' is not error or ignore");
}

RawData read_data(const ReadSettings& settings, Communicator& comm) {
  std::optional<InputFile> file;
  const FormatRow* format = nullptr;
  agree(comm, [&] {
    file.emplace(settings.path);
    format = &detect_format(settings, *file);
    refuse_options(*format, settings);
  });
  check_same_file(*file, comm);
  return read_as(*format, settings, *file, comm);
}

}  // namespace lockstep
