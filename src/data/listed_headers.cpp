#include "data/listed_headers.h"

#include "data/csv_head.h"
#include "data/text_error.h"
#include "data/text_fields.h"
#include "data/text_number.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// One file's text, not yet among others.
class OneText final : public InputFile {
 public:
  explicit OneText(const TextMember& text) : InputFile({FilePart{text.name(), {0, text.size()}}}), text_(text) {}
  void read(std::int64_t offset, std::span<char> bytes) const override { text_.read(offset, bytes); }

 private:
  const TextMember& text_;
};

bool are_fields(const CsvHead& head, std::string_view line) {
  if (line == head.text) {
    return true;
  }
  try {
    TextFields fields(line, head.delimiter);
    std::size_t count = 0;
    for (TextField field; fields.next(field); ++count) {
      if (count == head.fields.size() || field.text != head.fields[count].text) {
        return false;
      }
    }
    return count == head.fields.size();
  } catch (const ContentError&) {
    return false;
  }
}

/// Leaves the header out, where the file begins with it, but for blank lines and comments.
bool skip_header(const CsvHead& head, ListedFile& file) {
  const OneText text(*file.text);
  const TextBody body = whole_text(text);
  LineReader reader(text, body, body.shared(), {&head.delimiter, 1});
  reader.expect_comments();
  file.skipped_bytes = body.begin;
  try {
    for (std::string_view line; reader.next(line);) {
      if (are_fields(head, line)) {
        file.skipped_bytes = reader.offset();
        file.skipped_lines = reader.lines_read();
        return true;
      }
      if (!trimmed(line).empty() && !line.starts_with('#')) {
        return false;
      }
    }
  } catch (const ContentError&) {  // whoever reads the rows reports it
    return false;
  }
  return true;  // no rows at all
}

/// How the header of another file differs.
std::string difference(const CsvHead& head, const CsvHead& other) {
  const auto [a, b] = std::ranges::mismatch(head.fields, other.fields, {}, &HeadField::text, &HeadField::text);
  if (a == head.fields.end() || b == other.fields.end()) {
    return fmt::format("it names {} columns, that {}", other.fields.size(), head.fields.size());
  }
  return fmt::format("column {} is {}, there {}", a - head.fields.begin() + 1, shown(b->text), shown(a->text));
}

}  // namespace

void skip_headers(const ReadSettings& settings, const InputFile& first, std::vector<ListedFile>& files,
                  std::vector<std::string>& notices) {
  const CsvHead head = csv_head(settings, first);
  for (auto file = files.begin() + 1; file != files.end(); ++file) {
    const std::string& name = file->text->name();
    if (!head.has_header) {
      file->skipped_bytes = whole_text(OneText(*file->text)).begin;
    } else if (!skip_header(head, *file)) {
      ReadSettings alone = settings;
      alone.path = name;
      alone.header = HeaderPolicy::automatic;
      const CsvHead other = csv_head(alone, OneText(*file->text));
      if (other.has_header) {
        throw DataError({name, other.line, 0},
                        fmt::format("the header differs from that of {}: {}", settings.path, difference(head, other)));
      }
      notices.push_back(
          fmt::format("{}: no header, unlike {}: its first line is taken for a row", name, settings.path));
    }
    file->text->drop_head();
  }
}

}  // namespace lockstep
