#include "io/temporary_file.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <cerrno>
#include <random>

#include <fmt/format.h>
#include <unistd.h>

namespace lockstep {

namespace {

/// Attempts to find a free temporary name.
constexpr int kAttempts = 3;
/// Bytes that are written at a time, and that are let go together.
constexpr std::int64_t kPortion = std::int64_t{4} << 20;
constexpr std::int64_t kReleased = 2 * kPortion;

/// Hard to guess and never the same for two processes; O_EXCL makes sure.
std::string temporary_name(const std::string& name) {
  std::random_device entropy;
  return fmt::format("{}{}-{}-{:08x}{:08x}", kTemporaryPrefix, name, ::getpid(), entropy(), entropy());
}

}  // namespace

void throw_write_error(const std::string& path, const char* action, IoResult result) {
  const int error = static_cast<int>(-result);
  const bool unusable = error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENAMETOOLONG;
  const auto purpose = unusable ? SystemError::Purpose::create_output : SystemError::Purpose::write;
  throw SystemError(purpose, path, action, error);
}

TemporaryFile::TemporaryFile(FileSystem& files, const std::string& directory, const std::string& name)
    : files_(files), folder_(files, open_directory(files, directory)), path_(directory + "/" + name), name_(name) {
  create();
}

TemporaryFile::~TemporaryFile() {
  if (exists_) {
    uninterrupted([&] { return files_.unlink(folder_.id(), temporary_); });
  }
}

void TemporaryFile::create() {
  IoResult created = -EEXIST;
  for (int attempt = 0; created == -EEXIST && attempt < kAttempts; ++attempt) {
    temporary_ = temporary_name(name_);
    created = uninterrupted([&] { return files_.create_exclusive(folder_.id(), temporary_); });
  }
  require(created, "create a temporary file beside it");
  exists_ = true;
  file_.emplace(files_, static_cast<int>(created));
}

void TemporaryFile::write_at(std::int64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto portion = bytes.first(std::min(bytes.size(), static_cast<std::size_t>(kPortion)));
    const IoResult written = uninterrupted([&] { return files_.write_at(file_->id(), offset, portion); });
    require(written == 0 ? -EIO : written, "write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += written;
    end_ = std::max(end_, offset);
    if (end_ - released_ >= kReleased) {
      require(uninterrupted([&] { return files_.release(file_->id(), released_, end_ - released_); }), "write");
      released_ = end_;
    }
  }
}

void TemporaryFile::read_at(std::int64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const IoResult count = uninterrupted([&] { return files_.read_at(file_->id(), offset, bytes); });
    require(count, "read back");
    if (count == 0) {
      std::ranges::fill(bytes, std::byte{0});
      return;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += count;
  }
}

void TemporaryFile::truncate(std::int64_t bytes) {
  require(uninterrupted([&] { return files_.truncate(file_->id(), bytes); }), "write");
  end_ = bytes;
}

bool TemporaryFile::sync() {
  const IoResult synced = files_.sync_file(file_->id());
  if (synced == -EINTR) {
    return false;
  }
  require(synced, "make durable");
  return true;
}

void TemporaryFile::close() {
  require(file_->close(), "close");
}

int TemporaryFile::open_to_read() const {
  const IoResult opened = uninterrupted([&] { return files_.open_to_read(folder_.id(), temporary_, Links::refuse); });
  require(opened, "read back");
  return static_cast<int>(opened);
}

void TemporaryFile::place() {
  require(uninterrupted([&] { return files_.rename(folder_.id(), temporary_, name_); }), "rename into place");
  exists_ = false;
  const IoResult synced = uninterrupted([&] { return files_.sync_directory(folder_.id()); });
  if (synced != -EINVAL) {  // EINVAL: the file system knows no fsync of directories
    require(synced, "make durable (fsync of the folder)");
  }
}

void TemporaryFile::commit() {
  if (!sync()) {
    throw_write_error(path_, "make durable", -EINTR);
  }
  close();
  place();
}

void TemporaryFile::require(IoResult result, const char* action) const {
  if (result < 0) {
    throw_write_error(path_, action, result);
  }
}

}  // namespace lockstep
