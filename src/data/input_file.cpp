#include "data/input_file.h"

#include "base/interrupt.h"
#include "data/text_share.h"
#include "lockstep/base/errors.h"
#include "lockstep/comm/communicator.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lockstep {

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
  parts_.push_back({path, {0, size_}});
}

InputFile::InputFile(std::vector<FilePart> parts) {
  set_parts(std::move(parts));
}

void InputFile::set_parts(std::vector<FilePart> parts) {
  path_ = parts.front().path;
  size_ = parts.back().bytes.end;
  parts_ = std::move(parts);
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
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

std::size_t InputFile::part_at(std::int64_t offset) const {
  const auto behind = std::ranges::upper_bound(parts_, offset, {}, [](const FilePart& part) { return part.bytes.end; });
  return std::min<std::size_t>(static_cast<std::size_t>(behind - parts_.begin()), parts_.size() - 1);
}

TextShare InputFile::share_out(const TextBody& body, std::string_view, Communicator& comm) {
  const Run share = body.share(comm.rank(), comm.size());
  return {share, share.begin == body.begin, body.end};
}

}  // namespace lockstep
