#include "data/reader_format.h"

#include "data/byte_stream.h"
#include "data/foreign_format.h"
#include "data/formats.h"
#include "data/text_error.h"
#include "data/text_number.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// Bytes in which a foreign format or foreign line ends show.
constexpr std::int64_t kHeadBytes = std::int64_t{1} << 16;

/// The last format that `fits` has a rule for and that keeps it; null: none.
template <typename Rule>
const FormatRow* format_by(Rule FormatRow::*fits, std::string_view seen) {
  const std::span<const FormatRow> all = formats();
  const auto has = [&](const FormatRow& row) { return row.*fits != nullptr && (row.*fits)(seen); };
  const auto found = std::find_if(all.rbegin(), all.rend(), has);
  return found == all.rend() ? nullptr : &*found;
}

const FormatRow* format_of_name(const std::string& path) {
  std::string name = std::filesystem::path(without_compression_ending(path)).filename().string();
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return format_by(&FormatRow::fits_name, name);
}

const FormatRow& format_of_content(const std::string& path, const InputFile& file) {
  const TextBody body = whole_text(file);
  LineReader reader(file, body, {body.begin, body.end});
  try {
    for (std::string_view line; reader.next(line);) {
      line = trimmed(line);
      if (!line.empty() && line.front() != '#') {
        if (const auto* format = format_by(&FormatRow::fits_line, line); format != nullptr) {
          return *format;
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

/// The first bytes of what a compressed file holds.
class ExpandedHead final : public InputFile {
 public:
  ExpandedHead(const std::string& path, std::string bytes)
      : InputFile({FilePart{path, {0, std::ssize(bytes)}}}), bytes_(std::move(bytes)) {}

  static ExpandedHead of(const InputFile& file) {
    std::string head(kHeadBytes, '\0');
    ByteStream stream(file);
    head.resize(static_cast<std::size_t>(stream.read(std::as_writable_bytes(std::span(head)))));
    if (head.empty() && !stream.damage().empty()) {
      throw DataError(file.path() + ": " + stream.damage());
    }
    return {file.path(), std::move(head)};
  }

  void read(std::int64_t offset, std::span<char> bytes) const override {
    std::copy_n(bytes_.begin() + offset, bytes.size(), bytes.begin());
  }

 private:
  std::string bytes_;
};

/// That of what is in a compressed file, where that is read as it is.
const FormatRow& format_inside(const ReadSettings& settings, const InputFile& file) {
  const bool is_open = settings.format == nullptr;
  const FormatRow* by_name = is_open ? format_of_name(settings.path) : settings.format;
  if (by_name != nullptr && by_name->is_read_compressed) {
    return *by_name;
  }
  const FormatRow& inside = detect_format(settings, ExpandedHead::of(file));
  if (!inside.is_text && !inside.is_read_compressed) {
    const std::string_view compression = compression_of(file.head(kHeadBytes));
    throw DataError(fmt::format("{}: {} in {} cannot be read: decompress it first with {}", settings.path, inside.title,
                                compression, program_against(compression)));
  }
  return inside;
}

}  // namespace

const FormatRow& detect_format(const ReadSettings& settings, const InputFile& file) {
  const std::string head = file.head(kHeadBytes);
  if (head.empty()) {
    throw DataError(settings.path + ": the file is empty");
  }
  if (is_expanded(head)) {
    return format_inside(settings, file);
  }
  const bool is_open = settings.format == nullptr;
  const FormatRow* by_head = format_by(&FormatRow::fits_head, head);
  if (by_head != nullptr && (is_open || by_head == settings.format)) {
    return *by_head;
  }
  if (by_head != nullptr && settings.format->is_text) {
    throw DataError(fmt::format("{}: the content is {}, not {} as --format says; leave it out", settings.path,
                                by_head->title, settings.format->title));
  }
  const FormatRow* by_name = is_open ? format_of_name(settings.path) : settings.format;
  if (const std::string_view compression = compression_of(head); !compression.empty()) {
    refuse_compression(settings.path, compression, head);
  }
  const bool may_be_text = is_open || settings.format->is_text;
  if (may_be_text && !head.starts_with("\x89HDF")) {
    refuse_foreign_format(settings.path, head);
  }
  if (by_name == nullptr && settings.delimiter.character != '\0') {
    return *format_named("csv");
  }
  return by_name != nullptr ? *by_name : format_of_content(settings.path, file);
}

}  // namespace lockstep
