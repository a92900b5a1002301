#include "support/power_loss_file_system.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace lockstep::testing {

PowerLossFileSystem::PowerLossFileSystem() = default;

PowerLossFileSystem::PowerLossFileSystem(const Folder& folder) {
  for (const auto& [name, content] : folder) {
    durable_names_[name] = inodes_.size();
    inodes_.push_back({content, true});
  }
  names_ = durable_names_;
}

std::set<PowerLossFileSystem::Folder> PowerLossFileSystem::outcomes() const {
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

PowerLossFileSystem::Folder PowerLossFileSystem::content() const {
  Folder folder;
  for (const auto& [name, inode] : names_) {
    folder[name] = inodes_[inode].content;
  }
  return folder;
}

IoResult PowerLossFileSystem::create_exclusive(int, const std::string& name) {
  if (names_.contains(name)) {
    return done(-EEXIST);
  }
  inodes_.emplace_back();
  const std::size_t inode = inodes_.size() - 1;
  change([=](Names& names) { names[name] = inode; });
  return done(open(inode));
}

IoResult PowerLossFileSystem::open_to_read(int, const std::string& name, Links) {
  const auto found = names_.find(name);
  return done(found != names_.end() ? open(found->second) : -ENOENT);
}

IoResult PowerLossFileSystem::write(int file, std::span<const std::byte> bytes) {
  Inode& inode = inodes_[handles_[static_cast<std::size_t>(file)].inode];
  bytes = bytes.first(std::min(bytes.size(), most_bytes_a_write));
  inode.content.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  inode.synced = false;
  return done(static_cast<IoResult>(bytes.size()));
}

IoResult PowerLossFileSystem::read(int file, std::span<std::byte> bytes) {
  Handle& handle = handles_[static_cast<std::size_t>(file)];
  const auto content = std::as_bytes(std::span(inodes_[handle.inode].content)).subspan(handle.position);
  const std::size_t count = std::min(content.size(), bytes.size());
  std::copy_n(content.begin(), count, bytes.begin());
  handle.position += count;
  return done(static_cast<IoResult>(count));
}

IoResult PowerLossFileSystem::write_at(int file, std::int64_t offset, std::span<const std::byte> bytes) {
  Inode& inode = inodes_[handles_[static_cast<std::size_t>(file)].inode];
  bytes = bytes.first(std::min(bytes.size(), most_bytes_a_write));
  const auto begin = static_cast<std::size_t>(offset);
  inode.content.resize(std::max(inode.content.size(), begin + bytes.size()));
  inode.content.replace(begin, bytes.size(), reinterpret_cast<const char*>(bytes.data()), bytes.size());
  inode.synced = false;
  return done(static_cast<IoResult>(bytes.size()));
}

IoResult PowerLossFileSystem::read_at(int file, std::int64_t offset, std::span<std::byte> bytes) {
  const auto content = std::as_bytes(std::span(inodes_[handles_[static_cast<std::size_t>(file)].inode].content));
  const auto rest = content.subspan(std::min(content.size(), static_cast<std::size_t>(offset)));
  const std::size_t count = std::min(rest.size(), bytes.size());
  std::copy_n(rest.begin(), count, bytes.begin());
  return done(static_cast<IoResult>(count));
}

IoResult PowerLossFileSystem::truncate(int file, std::int64_t bytes) {
  Inode& inode = inodes_[handles_[static_cast<std::size_t>(file)].inode];
  inode.content.resize(static_cast<std::size_t>(bytes));
  inode.synced = false;
  return done(0);
}

IoResult PowerLossFileSystem::sync_file(int file) {
  inodes_[handles_[static_cast<std::size_t>(file)].inode].synced = !ignore_file_sync;
  return done(0);
}

IoResult PowerLossFileSystem::sync_directory(int) {
  if (!ignore_directory_sync) {
    durable_names_ = names_;
    pending_changes_.clear();
  }
  return done(0);
}

IoResult PowerLossFileSystem::rename(int, const std::string& from, const std::string& to) {
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

IoResult PowerLossFileSystem::unlink(int, const std::string& name) {
  if (!names_.contains(name)) {
    return done(-ENOENT);
  }
  change([=](Names& names) { names.erase(name); });
  return done(0);
}

IoResult PowerLossFileSystem::list(int, std::vector<DirectoryEntry>& entries) {
  entries.clear();
  for (const auto& [name, inode] : names_) {
    entries.push_back({name, true});
  }
  return done(0);
}

IoResult PowerLossFileSystem::done(IoResult result) {
  after_operation();
  return result;
}

IoResult PowerLossFileSystem::open(std::size_t inode) {
  handles_.push_back({inode, 0});
  return static_cast<IoResult>(handles_.size() - 1);
}

void PowerLossFileSystem::change(const std::function<void(Names&)>& what) {
  what(names_);
  pending_changes_.push_back(what);
}

std::vector<std::string> PowerLossFileSystem::remains(const Inode& inode) {
  if (inode.synced) {
    return {inode.content};
  }
  const std::size_t half = inode.content.size() / 2;
  std::string zero_tail = inode.content;
  std::fill(zero_tail.begin() + static_cast<std::ptrdiff_t>(half), zero_tail.end(), '\0');
  return {inode.content, inode.content.substr(0, half), zero_tail, std::string(inode.content.size(), '\0'), ""};
}

void PowerLossFileSystem::add_with_contents(const Names& names, std::set<Folder>& all) const {
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

}  // namespace lockstep::testing
