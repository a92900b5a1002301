/// A folder in memory that knows what a power loss could leave of it: names and bytes that were not synced may be
/// there, missing, or torn.
#pragma once

#include "io/file_system.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace lockstep::testing {

class PowerLossFileSystem final : public FileSystem {
 public:
  /// Content of the folder by name.
  using Folder = std::map<std::string, std::string>;

  PowerLossFileSystem();
  /// What a machine finds when it comes up again.
  explicit PowerLossFileSystem(const Folder& folder);

  /// Called after every operation, when the power may fail.
  std::function<void()> after_operation = [] {};
  /// Set to try whether a forgotten sync would be noticed.
  bool ignore_file_sync = false;
  bool ignore_directory_sync = false;
  /// A write takes no more, so that the power may fail between two writes of one file.
  std::size_t most_bytes_a_write = std::numeric_limits<std::size_t>::max();

  /// Everything that may be found after a power loss now, each once: any of the changes of names since the last sync of
  /// the folder, without the others; bytes of a file since its last sync are all there, cut, zero at the end, or gone.
  std::set<Folder> outcomes() const;

  /// What another process finds now, after a crash of this one, say.
  Folder content() const;

  IoResult open_directory(const std::string&) override { return done(kDirectory); }
  IoResult create_exclusive(int, const std::string& name) override;
  IoResult open_to_read(int, const std::string& name, Links) override;
  IoResult write(int file, std::span<const std::byte> bytes) override;
  IoResult read(int file, std::span<std::byte> bytes) override;
  IoResult write_at(int file, std::int64_t offset, std::span<const std::byte> bytes) override;
  IoResult read_at(int file, std::int64_t offset, std::span<std::byte> bytes) override;
  IoResult truncate(int file, std::int64_t bytes) override;
  IoResult sync_file(int file) override;
  IoResult sync_directory(int) override;
  IoResult close(int) override { return done(0); }
  IoResult rename(int, const std::string& from, const std::string& to) override;
  IoResult unlink(int, const std::string& name) override;
  IoResult list(int, std::vector<DirectoryEntry>& entries) override;

 private:
  using Names = std::map<std::string, std::size_t>;
  struct Inode {
    std::string content;
    bool synced = false;
  };
  struct Handle {
    std::size_t inode = 0;
    std::size_t position = 0;
  };
  static constexpr int kDirectory = 1'000'000;

  IoResult done(IoResult result);
  IoResult open(std::size_t inode);
  void change(const std::function<void(Names&)>& what);
  static std::vector<std::string> remains(const Inode& inode);
  /// All combinations of what may remain of the files of these names.
  void add_with_contents(const Names& names, std::set<Folder>& all) const;

  std::vector<Inode> inodes_;
  std::vector<Handle> handles_;
  Names names_;
  Names durable_names_;
  std::vector<std::function<void(Names&)>> pending_changes_;
};

}  // namespace lockstep::testing
