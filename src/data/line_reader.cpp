#include "data/line_reader.h"

#include "data/text_error.h"
#include "data/text_share.h"

#include <algorithm>
#include <cstring>

namespace lockstep {

namespace {

constexpr std::int64_t kReadAhead = std::int64_t{1} << 20;
/// Bytes read at a time to complete a share's last record, which ends in the next share.
constexpr std::int64_t kReadOver = std::int64_t{1} << 16;
/// Bounds the memory a file without line ends can take.
constexpr std::int64_t kLongestRecord = std::int64_t{1} << 28;

/// A record ends with its file.
std::int64_t end_of_file(const InputFile& file, Run share) {
  return file.parts()[file.part_at(std::max(share.begin, share.end - 1))].bytes.end;
}

}  // namespace

LineReader::LineReader(const InputFile& file, const TextShare& share, std::string_view delimiters)
    : file_(file),
      share_(share.bytes),
      read_end_(std::min(share.read_end, end_of_file(file, share.bytes))),
      scanner_(delimiters),
      buffer_offset_(share.bytes.begin) {
  if (!share_.empty() && !share.begins_record) {
    skip_foreign_line();
  }
}

LineReader::LineReader(const InputFile& file, const TextBody& body, Run share, std::string_view delimiters)
    : LineReader(file, TextShare{share, share.begin == body.begin, body.end}, delimiters) {}

/// The line that reaches into the share belongs to an earlier one. Begins one byte early: a line that begins
/// exactly at the share's first byte is its own.
void LineReader::skip_foreign_line() {
  --buffer_offset_;
  while (offset() < share_.end) {
    fill();
    position_ = find_line_end(0);
    if (position_ < filled_) {
      ++position_;
      return;
    }
  }
}

std::int64_t LineReader::find_line_end(std::int64_t from) const {
  const char* begin = buffer_.get() + from;
  const void* found = from == filled_ ? nullptr : std::memchr(begin, '\n', static_cast<std::size_t>(filled_ - from));
  return found == nullptr ? filled_ : static_cast<const char*>(found) - buffer_.get();
}

/// Moves what is not consumed to the front of the buffer and reads on behind it.
void LineReader::fill() {
  const std::int64_t kept = filled_ - position_;
  const std::int64_t read_offset = buffer_offset_ + filled_;
  const std::int64_t wanted =
      std::min(std::max(std::min(kReadAhead, share_.end - read_offset), kReadOver), read_end_ - read_offset);
  if (kept + wanted > capacity_) {
    const std::int64_t capacity = std::max(kept + wanted, 2 * capacity_);
    auto larger = std::make_unique_for_overwrite<char[]>(static_cast<std::size_t>(capacity));
    std::copy_n(buffer_.get() + position_, kept, larger.get());
    buffer_ = std::move(larger);
    capacity_ = capacity;
  } else if (kept > 0) {
    std::memmove(buffer_.get(), buffer_.get() + position_, static_cast<std::size_t>(kept));
  }
  file_.read(read_offset, {buffer_.get() + kept, static_cast<std::size_t>(wanted)});
  buffer_offset_ += position_;
  position_ = 0;
  filled_ = kept + wanted;
}

void LineReader::refuse_length() const {
  const std::string_view record(buffer_.get() + position_, static_cast<std::size_t>(filled_ - position_));
  const std::size_t quote = scanner_.heeds_quotes() ? scanner_.open_quote(record) : std::string_view::npos;
  if (quote != std::string_view::npos) {
    throw ContentError(static_cast<std::int64_t>(quote) + 1, "quoted field is longer than 256 MiB; is it closed?");
  }
  throw ContentError(0, "line is longer than 256 MiB");
}

/// Where the record's line end stands, or the bytes end; counts its lines.
std::int64_t LineReader::find_record_end() {
  QuoteState state = QuoteState::record_begin;
  std::int64_t line_begin = position_;
  for (std::int64_t searched = position_;;) {
    std::int64_t stop = find_line_end(searched);
    while (stop == filled_ && buffer_offset_ + filled_ < read_end_) {
      if (stop - position_ > kLongestRecord) {
        refuse_length();
      }
      const std::int64_t consumed = position_;
      const std::int64_t filled = filled_;
      fill();
      line_begin -= consumed;
      stop = find_line_end(filled - consumed);
    }
    ++lines_read_;
    const std::string_view line(buffer_.get() + line_begin, static_cast<std::size_t>(stop - line_begin));
    const bool is_plain = state == QuoteState::record_begin &&
                          (line.find('"') == std::string_view::npos || (has_comments_ && line.starts_with('#')));
    if (is_plain || stop == filled_ || !scanner_.heeds_quotes()) {
      return stop;
    }
    state = scanner_.behind(state, line);
    if (state != QuoteState::quoted) {
      return stop;
    }
    if (stop + 1 - position_ > kLongestRecord) {
      refuse_length();
    }
    line_begin = stop + 1;
    searched = line_begin;
    if (buffer_offset_ + line_begin == read_end_) {  // not closed
      return stop;
    }
  }
}

bool LineReader::next(std::string_view& record) {
  if (offset() >= share_.end) {
    return false;
  }
  first_line_ = lines_read_ + 1;
  const std::int64_t stop = find_record_end();
  record = {buffer_.get() + position_, static_cast<std::size_t>(stop - position_)};
  position_ = std::min(stop + 1, filled_);
  if (const std::size_t nul = record.find('\0'); nul != std::string_view::npos) {
    throw ContentError(static_cast<std::int64_t>(nul) + 1, "NUL byte in a text file; is it a binary file?");
  }
  if (record.ends_with('\r')) {
    record.remove_suffix(1);
  }
  return true;
}

std::string first_row(const InputFile& file, const TextBody& body, bool (*is_row)(std::string_view line)) {
  LineReader reader(file, body, {body.begin, body.end});
  try {
    for (std::string_view line; reader.next(line);) {
      if (is_row(line)) {
        return std::string(line);
      }
    }
  } catch (const ContentError&) {
  }
  return {};
}

}  // namespace lockstep
