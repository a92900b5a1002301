/// A folder in memory that knows what a power loss could leave of it: names and bytes that were not synced may be
/// there, missing, or torn.
#pragma once

#include "io/file_system.h"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace lockstep::testing {

class PowerLossFileSystem final : public FileSystem {
 public:
  /// Content of the folder by name.
  using Folder = std::map<std::string, std::string>;

  PowerLossFileSystem() = default;
  /// What a machine finds when it comes up again.
  explicit PowerLossFileSystem(const Folder& folder) {
    for (const auto& [name, content] : folder) {
      durable_names_[name] = inodes_.size();
      inodes_.push_back({content, true});
    }
    names_ = durable_names_;
  }

  /// Called after every operation, when the power may fail.
  std::function<void()> after_operation = [] {};
  /// Set to try whether a forgotten sync would be noticed.
  bool ignore_file_sync = false;
  bool ignore_directory_sync = false;
  /// A write takes no more, so that the power may fail between two writes of one file.
  std::size_t most_bytes_a_write = std::numeric_limits<std::size_t>::max();

  /// Everything that may be found after a power loss now, each once: any of the changes of names since the last sync of
  /// the folder, without the others; bytes of a file since its last sync are all there, cut, zero at the end, or gone.
  std::set<Folder> outcomes() const {
    std::set<Folder> all;
    for (std::size_t kept = 0; kept < std::size_t{1} << pending_changes_.size(); ++kept) {
      Names names = durable_names_;
      for (std::size_t i = 0; i < pending_changes_.size(); ++i) {
        if ((kept >> i & 1) != 0) {
          pending_changes_[i](names);
        }
      }
      add_with_contents(names, all);
    }
    return all;
  }

  /// What another process finds now, after a crash of this one, say.
  Folder content() const {
    Folder folder;
    for (const auto& [name, inode] : names_) {
      folder[name] = inodes_[inode].content;
    }
    return folder;
  }

  IoResult open_directory(const std::string&) override { return done(kDirectory); }

  IoResult create_exclusive(int, const std::string& name) override {
    if (names_.contains(name)) {
      return done(-EEXIST);
    }
    inodes_.emplace_back();
    const std::size_t inode = inodes_.size() - 1;
    change([=](Names& names) { names[name] = inode; });
    return done(open(inode));
  }

  IoResult open_to_read(int, const std::string& name, Links) override {
    const auto found = names_.find(name);
    return done(found != names_.end() ? open(found->second) : -ENOENT);
  }

  IoResult write(int file, std::span<const std::byte> bytes) override {
    Inode& inode = inodes_[handles_[static_cast<std::size_t>(file)].inode];
    bytes = bytes.first(std::min(bytes.size(), most_bytes_a_write));
    inode.content.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    inode.synced = false;
    return done(static_cast<IoResult>(bytes.size()));
  }

  IoResult read(int file, std::span<std::byte> bytes) override {
    Handle& handle = handles_[static_cast<std::size_t>(file)];
    const auto content = std::as_bytes(std::span(inodes_[handle.inode].content)).subspan(handle.position);
    const std::size_t count = std::min(content.size(), bytes.size());
    std::copy_n(content.begin(), count, bytes.begin());
    handle.position += count;
    return done(static_cast<IoResult>(count));
  }

  IoResult write_at(int file, std::int64_t offset, std::span<const std::byte> bytes) override {
    Inode& inode = inodes_[handles_[static_cast<std::size_t>(file)].inode];
    bytes = bytes.first(std::min(bytes.size(), most_bytes_a_write));
    const auto begin = static_cast<std::size_t>(offset);
    inode.content.resize(std::max(inode.content.size(), begin + bytes.size()));
    inode.content.replace(begin, bytes.size(), reinterpret_cast<const char*>(bytes.data()), bytes.size());
    inode.synced = false;
    return done(static_cast<IoResult>(bytes.size()));
  }

  IoResult read_at(int file, std::int64_t offset, std::span<std::byte> bytes) override {
    const auto content = std::as_bytes(std::span(inodes_[handles_[static_cast<std::size_t>(file)].inode].content));
    const auto rest = content.subspan(std::min(content.size(), static_cast<std::size_t>(offset)));
    const std::size_t count = std::min(rest.size(), bytes.size());
    std::copy_n(rest.begin(), count, bytes.begin());
    return done(static_cast<IoResult>(count));
  }

  IoResult truncate(int file, std::int64_t bytes) override {
    Inode& inode = inodes_[handles_[static_cast<std::size_t>(file)].inode];
    inode.content.resize(static_cast<std::size_t>(bytes));
    inode.synced = false;
    return done(0);
  }

  IoResult sync_file(int file) override {
    inodes_[handles_[static_cast<std::size_t>(file)].inode].synced = !ignore_file_sync;
    return done(0);
  }

  IoResult sync_directory(int) override {
    if (!ignore_directory_sync) {
      durable_names_ = names_;
      pending_changes_.clear();
    }
    return done(0);
  }

  IoResult close(int) override { return done(0); }

  IoResult rename(int, const std::string& from, const std::string& to) override {
    const auto found = names_.find(from);
    if (found == names_.end()) {
      return done(-ENOENT);
    }
    change([=, inode = found->second](Names& names) {
      names[to] = inode;
      names.erase(from);
    });
    return done(0);
  }

  IoResult unlink(int, const std::string& name) override {
    if (!names_.contains(name)) {
      return done(-ENOENT);
    }
    change([=](Names& names) { names.erase(name); });
    return done(0);
  }

  IoResult list(int, std::vector<DirectoryEntry>& entries) override {
    entries.clear();
    for (const auto& [name, inode] : names_) {
      entries.push_back({name, true});
    }
    return done(0);
  }

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

  IoResult done(IoResult result) {
    after_operation();
    return result;
  }

  IoResult open(std::size_t inode) {
    handles_.push_back({inode, 0});
    return static_cast<IoResult>(handles_.size() - 1);
  }

  void change(const std::function<void(Names&)>& what) {
    what(names_);
    pending_changes_.push_back(what);
  }

  static std::vector<std::string> remains(const Inode& inode) {
    if (inode.synced) {
      return {inode.content};
    }
    const std::size_t half = inode.content.size() / 2;
    std::string zero_tail = inode.content;
    std::fill(zero_tail.begin() + static_cast<std::ptrdiff_t>(half), zero_tail.end(), '\0');
    return {inode.content, inode.content.substr(0, half), zero_tail, std::string(inode.content.size(), '\0'), ""};
  }

  /// All combinations of what may remain of the files of these names.
  void add_with_contents(const Names& names, std::set<Folder>& all) const {
    std::vector<Folder> folders{{}};
    for (const auto& [name, inode] : names) {
      std::vector<Folder> more;
      for (const Folder& folder : folders) {
        for (const std::string& content : remains(inodes_[inode])) {
          more.push_back(folder);
          more.back()[name] = content;
        }
      }
      folders = std::move(more);
    }
    all.insert(folders.begin(), folders.end());
  }

  std::vector<Inode> inodes_;
  std::vector<Handle> handles_;
  Names names_;
  Names durable_names_;
  std::vector<std::function<void(Names&)>> pending_changes_;
};

}  // namespace lockstep::testing
