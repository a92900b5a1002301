#include "data/reader_format.h"

#include "data/byte_stream.h"
#include "data/foreign_format.h"
#include "data/idx_input.h"
#include "data/text_error.h"
#include "data/text_fields.h"
#include "data/text_number.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace lockstep {

namespace {

/// Bytes in which a foreign format or foreign line ends show.
constexpr std::int64_t kHeadBytes = std::int64_t{1} << 16;

/// "a.idx", "train-images-idx3-ubyte", "train-images.idx3-ubyte", and with ".gz".
bool is_idx_name(std::string_view name) {
  name.remove_suffix(name.ends_with(".gz") ? 3 : 0);
  const std::size_t at = name.rfind("idx");
  if (at == std::string_view::npos || at == 0 || (name[at - 1] != '.' && name[at - 1] != '-')) {
    return false;
  }
  const std::string_view rest = name.substr(at + 3);
  return rest.empty() || std::isdigit(static_cast<unsigned char>(rest.front())) != 0;
}

DataFormat format_of_ending(const std::string& path) {
  std::string name = std::filesystem::path(path).filename().string();
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (is_idx_name(name)) {
    return DataFormat::idx;
  }
  const std::string ending = std::filesystem::path(name).extension().string();
  if (ending == ".csv" || ending == ".tsv") {
    return DataFormat::csv;
  }
  if (ending == ".h5" || ending == ".hdf5" || ending == ".h5ad") {
    return DataFormat::hdf5;
  }
  const bool is_libsvm = ending == ".libsvm" || ending == ".svm" || ending == ".svmlight";
  return is_libsvm ? DataFormat::libsvm : DataFormat::automatic;
}

/// "3:0.5", and "3:…" or "qid:7" in a line without the delimiters of CSV: a time of day in a CSV line is
/// none.
bool is_libsvm_entry(std::string_view word, bool has_delimiter) {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos) {
    return false;
  }
  const bool has_index =
      colon > 0 && std::ranges::all_of(word.substr(0, colon), [](unsigned char c) { return std::isdigit(c) != 0; });
  return !has_delimiter || (has_index && parse_number(word.substr(colon + 1)).status == NumberStatus::ok);
}

/// Format of a line of data; automatic when it is neither.
DataFormat format_of_line(std::string_view line) {
  const std::size_t blank = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view first = line.substr(0, blank);
  const std::string_view rest = trimmed(line.substr(blank));
  const std::string_view second = rest.substr(0, rest.find_first_of(" \t"));
  const bool has_comma = line.find_first_of(",;") != std::string_view::npos;
  const bool is_label_only = rest.empty() && parse_number(first).status == NumberStatus::ok;
  if (is_label_only || is_libsvm_entry(second, has_comma) || is_libsvm_entry(first, has_comma)) {
    return DataFormat::libsvm;
  }
  return detect_delimiter(line) != '\0' ? DataFormat::csv : DataFormat::automatic;
}

DataFormat format_of_content(const std::string& path, const InputFile& file) {
  const TextBody body = whole_text(file);
  LineReader reader(file, body, {body.begin, body.end});
  try {
    for (std::string_view line; reader.next(line);) {
      line = trimmed(line);
      if (!line.empty() && line.front() != '#') {
        if (const DataFormat format = format_of_line(line); format != DataFormat::automatic) {
          return format;
        }
        throw DataError({path, reader.lines(), 0},
                        "the format of the file cannot be told (saw " + shown(line) + "); name it with --format");
      }
    }
  } catch (const ContentError& error) {
    throw DataError({path, reader.lines(), error.column()}, error.what());
  }
  throw DataError(path + ": the file has no rows of data");
}

/// The first bytes of what a gzip file holds.
std::string expanded_head(const InputFile& file) {
  std::string head(4, '\0');
  ByteStream stream(file);
  head.resize(static_cast<std::size_t>(stream.read(std::as_writable_bytes(std::span(head)))));
  return head;
}

}  // namespace

DataFormat detect_format(const ReadSettings& settings, const InputFile& file) {
  const std::string head = file.head(kHeadBytes);
  if (head.empty()) {
    throw DataError(settings.path + ": the file is empty");
  }
  const std::string_view compression = compression_of(head);
  const bool names_idx = settings.format == DataFormat::idx || (settings.format == DataFormat::automatic &&
                                                                format_of_ending(settings.path) == DataFormat::idx);
  if (compression == "gzip" &&
      (names_idx || (settings.format == DataFormat::automatic && is_idx_signature(expanded_head(file))))) {
    return DataFormat::idx;
  }
  if (!compression.empty()) {
    refuse_compression(settings.path, compression, head);
  }
  if (is_idx_signature(head) && settings.format == DataFormat::automatic) {
    return DataFormat::idx;
  }
  const bool is_text = settings.format != DataFormat::hdf5 && settings.format != DataFormat::idx;
  if (is_text && !head.starts_with("\x89HDF")) {
    refuse_foreign_format(settings.path, head);
  }
  if (settings.format != DataFormat::automatic) {
    return settings.format;
  }
  if (head.starts_with("\x89HDF\r\n\x1a\n")) {
    return DataFormat::hdf5;
  }
  const DataFormat by_ending = format_of_ending(settings.path);
  return by_ending != DataFormat::automatic ? by_ending : format_of_content(settings.path, file);
}

}  // namespace lockstep
