#include "data/text_share.h"

#include "base/interrupt.h"
#include "comm/agreement.h"
#include "data/text_error.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lockstep {

namespace {

constexpr std::int64_t kReadAhead = std::int64_t{1} << 20;
/// Bytes read at a time to complete a share's last line, which ends in the next rank's share.
constexpr std::int64_t kReadOver = std::int64_t{1} << 16;
/// Bounds the memory a file without line ends can take.
constexpr std::int64_t kLongestLine = std::int64_t{1} << 28;

/// What a rank says of its share.
struct ShareReport {
  std::int64_t lines = 0;
  std::int64_t column = 0;
  std::int64_t failed = 0;
};

}  // namespace

InputFile::InputFile(const std::string& path) : path_(path) {
  using enum SystemError::Purpose;
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) {
    throw SystemError(read_input, path, "open the file", errno);
  }
  struct stat status {};
  const int error = ::fstat(descriptor_, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? EISDIR : 0;
  if (error != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    if (error != 0) {
      throw SystemError(read_input, path, "read the file", error);
    }
    throw DataError(path + ": not a regular file");
  }
  size_ = status.st_size;
}

InputFile::~InputFile() {
  ::close(descriptor_);
}

void InputFile::read(std::int64_t offset, std::span<char> bytes) const {
  heed_interrupt("reading data");
  while (!bytes.empty()) {
    const ssize_t count = ::pread(descriptor_, bytes.data(), bytes.size(), offset);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      throw SystemError(SystemError::Purpose::read_input, path_, "read the file", errno);
    }
    if (count == 0) {
      throw DataError(path_ + ": the file became shorter while it was read");
    }
    offset += count;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

std::string InputFile::head(std::int64_t length) const {
  std::string bytes(static_cast<std::size_t>(std::min(length, size_)), '\0');
  read(0, bytes);
  return bytes;
}

Run TextBody::share(int rank, int ranks) const {
  const std::int64_t shared = is_cut() ? head_bytes : bytes();
  return {begin + proportional_cut(rank, ranks, shared), begin + proportional_cut(rank + 1, ranks, shared)};
}

double TextBody::whole_over_head(std::int64_t read_bytes) const {
  return is_cut() && read_bytes > 0 ? static_cast<double>(bytes()) / static_cast<double>(read_bytes) : 0;
}

TextBody whole_text(const InputFile& file) {
  return {file.head(3) == "\xEF\xBB\xBF" ? 3 : 0, file.size(), 0};
}

LineReader::LineReader(const InputFile& file, const TextBody& body, Run share)
    : file_(file), share_(share), file_end_(body.end), buffer_offset_(share.begin) {
  if (!share_.empty() && share_.begin > body.begin) {
    skip_foreign_line();
  }
}

/// The line that reaches into the share belongs to an earlier rank. Begins one byte early: a line that begins
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
      std::min(std::max(std::min(kReadAhead, share_.end - read_offset), kReadOver), file_end_ - read_offset);
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

bool LineReader::next(std::string_view& line) {
  if (offset() >= share_.end) {
    return false;
  }
  ++lines_;
  std::int64_t stop = find_line_end(position_);
  while (stop == filled_ && buffer_offset_ + filled_ < file_end_) {
    if (stop - position_ > kLongestLine) {
      throw ContentError(0, "line is longer than 256 MiB");
    }
    const std::int64_t searched = filled_ - position_;
    fill();
    stop = find_line_end(searched);
  }
  line = {buffer_.get() + position_, static_cast<std::size_t>(stop - position_)};
  position_ = std::min(stop + 1, filled_);
  if (const std::size_t nul = line.find('\0'); nul != std::string_view::npos) {
    throw ContentError(static_cast<std::int64_t>(nul) + 1, "NUL byte in a text file; is it a binary file?");
  }
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return true;
}

void parse_share(Communicator& comm, const InputFile& file, const TextBody& body,
                 const std::function<void(std::string_view line)>& parse_line) {
  ShareReport mine;
  std::string failure;
  agree(comm, [&] {
    LineReader reader(file, body, body.share(comm.rank(), comm.size()));
    try {
      for (std::string_view line; reader.next(line);) {
        parse_line(line);
      }
    } catch (const ContentError& error) {
      mine.failed = 1;
      mine.column = error.column();
      failure = error.what();
    }
    mine.lines = reader.lines();
  });
  // The ranks before the first that failed parsed their whole shares, so their counts give its global line.
  std::int64_t line = body.lines_before;
  const std::vector<ShareReport> reports = all_gather_value(comm, mine);
  for (int rank = 0; rank < comm.size(); ++rank) {
    const ShareReport& report = reports[static_cast<std::size_t>(rank)];
    line += report.lines;
    if (report.failed != 0) {
      broadcast_text(comm, failure, rank);
      throw Agreed<DataError>({file.path(), line, report.column}, failure);
    }
  }
}

}  // namespace lockstep
