#include "data/reader.h"

#include "comm/agreement.h"
#include "data/data_input.h"
#include "data/file_reader.h"
#include "data/formats.h"
#include "data/reader_common.h"
#include "data/resident_rows.h"
#include "data/text_parser.h"
#include "lockstep/base/errors.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// Reads again where the first reading shows how the file is to be understood.
void read_as(const FormatRow& format, ReadSettings settings, InputFile& file, Communicator& comm,
             const UseReader& use) {
  for (;;) {
    try {
      use(*format.open(settings, file, comm), format, settings);
      return;
    } catch (const MiswrittenLabels&) {
      if (std::exchange(settings.labels_are_numbers, true)) {
        throw;
      }
    } catch (const QuotedShare&) {
      if (std::exchange(settings.are_shares_quoted, true)) {
        throw;
      }
    }
  }
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
  refuse(settings.hash_bits != ReadSettings().hash_bits, "vw", "names to hash, so --hash-bits does not apply");
  refuse(settings.skip_query_ids, "libsvm", "query ids, so --skip-qid does not apply");
  if (!format.has_header && !is_for_model(settings)) {
    refuse_column_kinds(settings, std::string(format.title));
  }
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

std::vector<std::string> with_reader(const ReadSettings& settings, Communicator& comm, const UseReader& use) {
  DataInput input;
  agree(comm, [&] {
    input = open_data(settings);
    refuse_options(*input.format, settings);
  });
  check_same_file(*input.file, comm);
  with_notices(input.notices, [&] {
    if (input.text != nullptr && settings.head_bytes == 0) {
      input.text->measure(comm);
    }
    ReadSettings named = settings;
    named.path = input.file->parts().size() == 1 ? input.file->path() : settings.path;
    read_as(*input.format, named, *input.file, comm, use);
  });
  return input.notices;
}

RawData read_data(const ReadSettings& settings, Communicator& comm) {
  RawData data;
  const std::vector<std::string> notices =
      with_reader(settings, comm, [&](FileReader& reader, const FormatRow& format, const ReadSettings& as) {
        data = collect(reader, as, comm);
        data.format = &format;
      });
  data.notices.insert(data.notices.begin(), notices.begin(), notices.end());
  return data;
}

}  // namespace lockstep
