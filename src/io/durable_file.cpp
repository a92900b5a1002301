#include "io/durable_file.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// Attempts to begin again after an interrupted fsync.
constexpr int kAttempts = 3;

/// What is read back, the memory that the system keeps of it let go where the file is long.
void compare(FileSystem& files, const TemporaryFile& temporary, std::span<const std::byte> bytes) {
  constexpr std::size_t kBlock = std::size_t{1} << 20;
  constexpr std::size_t kReleased = 4 * kBlock;
  const FileDescriptor file(files, temporary.open_to_read());
  std::vector<std::byte> block(kBlock);
  std::size_t position = 0;
  std::size_t released = 0;
  const auto require = [&](IoResult result) {
    if (result < 0) {
      throw_write_error(temporary.path(), "read back", result);
    }
    return static_cast<std::size_t>(result);
  };
  while (true) {
    const std::size_t length = require(uninterrupted([&] { return files.read(file.id(), block); }));
    const auto expected = bytes.subspan(position);
    if (length > expected.size() || (length == 0) != expected.empty() ||
        (length != 0 && std::memcmp(block.data(), expected.data(), length) != 0)) {
      throw Error(ExitCode::io_error,
                  fmt::format("{}: the bytes read back from byte {} on are not those written; is the disk damaged?",
                              temporary.path(), position));
    }
    if (length == 0) {
      return;
    }
    position += length;
    if (bytes.size() >= 2 * kReleased && position - released >= kReleased) {
      require(uninterrupted([&] {
        return files.release(file.id(), static_cast<std::int64_t>(released),
                             static_cast<std::int64_t>(position - released));
      }));
      released = position;
    }
  }
}

/// False when a signal interrupted fsync: then a new file is to be begun.
bool replace_once(FileSystem& files, const std::string& directory, const std::string& name,
                  std::span<const std::byte> bytes) {
  TemporaryFile file(files, directory, name);
  file.append(bytes);
  if (!file.sync()) {
    return false;
  }
  file.close();
  compare(files, file, bytes);
  file.place();
  return true;
}

}  // namespace

void replace_durably(FileSystem& files, const std::string& directory, const std::string& name,
                     std::span<const std::byte> bytes) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (replace_once(files, directory, name, bytes)) {
      return;
    }
  }
  throw SystemError(SystemError::Purpose::write, directory + "/" + name, "make durable", EINTR);
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
