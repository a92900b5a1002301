#include "io/durable_file.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

namespace lockstep {

namespace {

/// Attempts to find a free temporary name, or to begin again after an interrupted fsync.
constexpr int kAttempts = 3;

/// Full disks and broken devices are failed writing (74); a folder that is gone or no folder cannot hold
/// output (73).
[[noreturn]] void throw_write_error(const std::string& path, const char* action, IoResult result) {
  const int error = static_cast<int>(-result);
  const bool unusable = error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENAMETOOLONG;
  const auto purpose = unusable ? SystemError::Purpose::create_output : SystemError::Purpose::write;
  throw SystemError(purpose, path, action, error);
}

/// Hard to guess and never the same for two processes; O_EXCL makes sure.
std::string temporary_name(const std::string& name) {
  std::random_device entropy;
  return fmt::format("{}{}-{}-{:08x}{:08x}", kTemporaryPrefix, name, ::getpid(), entropy(), entropy());
}

/// One save: the steps of replace_durably in order.
class Replacement {
 public:
  Replacement(FileSystem& files, int directory, std::string path, std::string name)
      : files_(files), directory_(directory), path_(std::move(path)), name_(std::move(name)) {}

  ~Replacement() {
    if (exists_) {
      uninterrupted([&] { return files_.unlink(directory_, temporary_); });
    }
  }

  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;

  /// The memory that the system keeps of a long file is let go as it is passed: nobody will read it soon, and fresh
  /// memory for all of it takes longer than all the rest.
  class Pages {
   public:
    Pages(Replacement& of, int file, std::size_t file_bytes)
        : of_(of), file_(file), is_long_(file_bytes >= 2 * kPortion) {}

    /// How much of what is left to take at a time.
    std::size_t portion(std::size_t left) const { return is_long_ ? std::min(left, kPortion) : left; }

    void pass(IoResult bytes) {
      end_ += bytes;
      if (is_long_ && end_ - begin_ >= static_cast<std::int64_t>(kPortion)) {
        of_.require(uninterrupted([&] { return of_.files_.release(file_, begin_, end_ - begin_); }), "write");
        begin_ = end_;
      }
    }

   private:
    static constexpr std::size_t kPortion = std::size_t{4} << 20;

    Replacement& of_;
    int file_;
    bool is_long_;
    std::int64_t begin_ = 0;
    std::int64_t end_ = 0;
  };

  /// False when a signal interrupted fsync: then a new file is to be begun.
  bool run(std::span<const std::byte> bytes) {
    FileDescriptor file(files_, create());
    write_all(file.id(), bytes);
    const IoResult synced = files_.sync_file(file.id());
    if (synced == -EINTR) {
      return false;
    }
    require(synced, "make durable");
    require(file.close(), "close");
    compare(bytes);
    require(uninterrupted([&] { return files_.rename(directory_, temporary_, name_); }), "rename into place");
    exists_ = false;
    sync_directory();
    return true;
  }

 private:
  int create() {
    IoResult created = -EEXIST;
    for (int attempt = 0; created == -EEXIST && attempt < kAttempts; ++attempt) {
      temporary_ = temporary_name(name_);
      created = uninterrupted([&] { return files_.create_exclusive(directory_, temporary_); });
    }
    require(created, "create a temporary file beside it");
    exists_ = true;
    return static_cast<int>(created);
  }

  void write_all(int file, std::span<const std::byte> bytes) {
    Pages pages(*this, file, bytes.size());
    while (!bytes.empty()) {
      const IoResult written =
          uninterrupted([&] { return files_.write(file, bytes.first(pages.portion(bytes.size()))); });
      require(written == 0 ? -EIO : written, "write");
      bytes = bytes.subspan(static_cast<std::size_t>(written));
      pages.pass(written);
    }
  }

  /// Reads the temporary file back.
  void compare(std::span<const std::byte> bytes) {
    const IoResult opened = uninterrupted([&] { return files_.open_to_read(directory_, temporary_, Links::refuse); });
    require(opened, "read back");
    const FileDescriptor file(files_, static_cast<int>(opened));
    std::vector<std::byte> block(std::size_t{1} << 20);
    Pages pages(*this, file.id(), bytes.size());
    std::size_t position = 0;
    while (true) {
      const IoResult count = uninterrupted([&] { return files_.read(file.id(), block); });
      require(count, "read back");
      const auto expected = bytes.subspan(position);
      const auto length = static_cast<std::size_t>(count);
      if (length > expected.size() || std::memcmp(block.data(), expected.data(), length) != 0 ||
          (length == 0 && !expected.empty())) {
        throw Error(ExitCode::io_error,
                    fmt::format("{}: the bytes read back from byte {} on are not those written; is the disk damaged?",
                                path_, position));
      }
      if (length == 0) {
        return;
      }
      position += length;
      pages.pass(count);
    }
  }

  void sync_directory() {
    const IoResult synced = uninterrupted([&] { return files_.sync_directory(directory_); });
    if (synced != -EINVAL) {  // EINVAL: the file system knows no fsync of directories
      require(synced, "make durable (fsync of the folder)");
    }
  }

  void require(IoResult result, const char* action) const {
    if (result < 0) {
      throw_write_error(path_, action, result);
    }
  }

  FileSystem& files_;
  int directory_;
  std::string path_;
  std::string name_;
  std::string temporary_;
  bool exists_ = false;
};

}  // namespace

void replace_durably(FileSystem& files, const std::string& directory, const std::string& name,
                     std::span<const std::byte> bytes) {
  const FileDescriptor folder(files, open_directory(files, directory));
  const std::string path = directory + "/" + name;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (Replacement(files, folder.id(), path, name).run(bytes)) {
      return;
    }
  }
  throw SystemError(SystemError::Purpose::write, path, "make durable", EINTR);
}

int remove_leftovers(FileSystem& files, const std::string& directory) {
  int removed = 0;
  const std::vector<DirectoryEntry> entries = list_directory(files, directory);
  const FileDescriptor folder(files, open_directory(files, directory));
  for (const DirectoryEntry& entry : entries) {
    if (entry.regular_file && entry.name.starts_with(kTemporaryPrefix) &&
        uninterrupted([&] { return files.unlink(folder.id(), entry.name); }) == 0) {
      ++removed;
    }
  }
  return removed;
}

}  // namespace lockstep
