#include "io/file_system.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lockstep {

namespace {

IoResult result_of(std::int64_t value) {
  return value < 0 ? -errno : value;
}

[[noreturn]] void throw_read_error(const std::string& path, const char* action, IoResult result) {
  throw SystemError(SystemError::Purpose::read_input, path, action, static_cast<int>(-result));
}

bool is_regular_file(int directory, const char* name) {
  struct stat status {};
  return ::fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode);
}

/// Bytes of an open file to its end; `path` stands in messages.
std::vector<std::byte> read_to_end(FileSystem& files, int file, const std::string& path) {
  constexpr std::size_t block = std::size_t{1} << 20;
  std::vector<std::byte> bytes;
  std::size_t filled = 0;
  while (true) {
    bytes.resize(std::max(filled + block, bytes.size()));
    const auto room = std::span(bytes).subspan(filled);
    const IoResult count = uninterrupted([&] { return files.read(file, room); });
    if (count < 0) {
      throw_read_error(path, "read", count);
    }
    if (count == 0) {
      break;
    }
    filled += static_cast<std::size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

std::vector<std::byte> read_file_at(FileSystem& files, int directory, const std::string& name, Links links,
                                    const std::string& path) {
  const IoResult opened = uninterrupted([&] { return files.open_to_read(directory, name, links); });
  if (opened < 0) {
    throw_read_error(path, "open", opened);
  }
  const FileDescriptor file(files, static_cast<int>(opened));
  return read_to_end(files, file.id(), path);
}

}  // namespace

IoResult PosixFileSystem::open_directory(const std::string& path) {
  return result_of(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

IoResult PosixFileSystem::create_exclusive(int directory, const std::string& name) {
  constexpr mode_t mode = 0666;  // the umask decides
  return result_of(::openat(directory, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
}

IoResult PosixFileSystem::open_to_read(int directory, const std::string& name, Links links) {
  // Not blocking: a FIFO would wait for its writer.
  const int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | (links == Links::refuse ? O_NOFOLLOW : 0);
  const int file = ::openat(directory, name.c_str(), flags);
  if (file < 0) {
    return -errno;
  }
  struct stat status {};
  if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
    return file;
  }
  ::close(file);
  return S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL;
}

IoResult PosixFileSystem::write(int file, std::span<const std::byte> bytes) {
  return result_of(::write(file, bytes.data(), bytes.size()));
}

IoResult PosixFileSystem::read(int file, std::span<std::byte> bytes) {
  return result_of(::read(file, bytes.data(), bytes.size()));
}

IoResult PosixFileSystem::write_at(int file, std::int64_t offset, std::span<const std::byte> bytes) {
  return result_of(::pwrite(file, bytes.data(), bytes.size(), offset));
}

IoResult PosixFileSystem::read_at(int file, std::int64_t offset, std::span<std::byte> bytes) {
  return result_of(::pread(file, bytes.data(), bytes.size(), offset));
}

IoResult PosixFileSystem::truncate(int file, std::int64_t bytes) {
  return result_of(::ftruncate(file, bytes));
}

IoResult PosixFileSystem::release(int file, std::int64_t begin, std::int64_t bytes) {
  constexpr unsigned kNow = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
  const IoResult written = result_of(::sync_file_range(file, begin, bytes, kNow));
  if (written == -ENOSYS || written == -EINVAL || written == -EOPNOTSUPP || written == -ESPIPE) {
    return 0;
  }
  static_cast<void>(::posix_fadvise(file, begin, bytes, POSIX_FADV_DONTNEED));
  return written;
}

IoResult PosixFileSystem::sync_file(int file) {
  return result_of(::fsync(file));
}

IoResult PosixFileSystem::sync_directory(int directory) {
  return result_of(::fsync(directory));
}

IoResult PosixFileSystem::close(int descriptor) {
  return result_of(::close(descriptor));
}

IoResult PosixFileSystem::rename(int directory, const std::string& from, const std::string& to) {
  return result_of(::renameat(directory, from.c_str(), directory, to.c_str()));
}

IoResult PosixFileSystem::unlink(int directory, const std::string& name) {
  return result_of(::unlinkat(directory, name.c_str(), 0));
}

IoResult PosixFileSystem::list(int directory, std::vector<DirectoryEntry>& entries) {
  const int own = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (own < 0) {
    return -errno;
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(own), ::closedir);
  if (stream == nullptr) {
    const int error = errno;
    ::close(own);
    return -error;
  }
  entries.clear();
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") {
      entries.push_back({name, is_regular_file(directory, entry->d_name)});
    }
    errno = 0;
  }
  const int error = errno;
  std::ranges::sort(entries, {}, &DirectoryEntry::name);
  return -error;
}

FileDescriptor::~FileDescriptor() {
  if (descriptor_ >= 0) {
    files_.close(descriptor_);
  }
}

IoResult FileDescriptor::close() {
  const int descriptor = descriptor_;
  descriptor_ = -1;
  // Not repeated when interrupted: on Linux the descriptor is gone all the same.
  const IoResult result = files_.close(descriptor);
  return result == -EINTR ? 0 : result;
}

PathKind kind_of_path(const std::string& path, SystemError::Purpose purpose) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    return S_ISREG(status.st_mode) ? PathKind::file : S_ISDIR(status.st_mode) ? PathKind::folder : PathKind::other;
  }
  if (errno == ENOENT || errno == ENOTDIR) {
    return PathKind::nothing;
  }
  throw SystemError(purpose, path, purpose == SystemError::Purpose::read_input ? "open" : "create", errno);
}

int open_directory(FileSystem& files, const std::string& path) {
  const IoResult opened = uninterrupted([&] { return files.open_directory(path); });
  if (opened < 0) {
    throw SystemError(SystemError::Purpose::create_output, path, "open the folder", static_cast<int>(-opened));
  }
  return static_cast<int>(opened);
}

std::vector<DirectoryEntry> list_directory(FileSystem& files, const std::string& directory) {
  const IoResult opened = uninterrupted([&] { return files.open_directory(directory); });
  if (opened < 0) {
    throw_read_error(directory, "open the folder", opened);
  }
  const FileDescriptor folder(files, static_cast<int>(opened));
  std::vector<DirectoryEntry> entries;
  const IoResult listed = uninterrupted([&] { return files.list(folder.id(), entries); });
  if (listed < 0) {
    throw_read_error(directory, "list the folder", listed);
  }
  return entries;
}

std::vector<std::byte> read_file(FileSystem& files, const std::string& directory, const std::string& name) {
  const std::string path = directory + "/" + name;
  const IoResult opened = uninterrupted([&] { return files.open_directory(directory); });
  if (opened < 0) {
    throw_read_error(path, "open the folder it is in", opened);
  }
  const FileDescriptor folder(files, static_cast<int>(opened));
  return read_file_at(files, folder.id(), name, Links::refuse, path);
}

void remove_file(FileSystem& files, const std::string& directory, const std::string& name) {
  const FileDescriptor folder(files, open_directory(files, directory));
  const IoResult removed = uninterrupted([&] { return files.unlink(folder.id(), name); });
  if (removed < 0 && removed != -ENOENT) {
    throw SystemError(SystemError::Purpose::write, directory + "/" + name, "remove", static_cast<int>(-removed));
  }
}

std::vector<std::byte> read_file(FileSystem& files, const std::string& path) {
  return read_file_at(files, AT_FDCWD, path, Links::follow, path);
}

}  // namespace lockstep
