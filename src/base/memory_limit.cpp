#include "base/memory_limit.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <vector>

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

namespace lockstep {

namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();
/// Version 1 says "no limit" by the largest number of whole pages.
constexpr double kNoLimitOfVersion1 = 0x1p62;
constexpr double kKibi = 1024;

/// A mounted hierarchy of control groups that limits memory, and the process's place in it.
struct Hierarchy {
  std::filesystem::path mount;  ///< where its groups stand as folders
  std::filesystem::path group;  ///< of the process, relative to `mount`
  bool is_version_2 = false;
};

/// The number in a file of one number; none where it cannot be read or is a word ("max").
std::optional<double> number_in(const std::filesystem::path& path) {
  std::ifstream file(path);
  double value = 0;
  return file >> value ? std::optional(value) : std::nullopt;
}

/// The number behind `key` in lines "key number …" (meminfo, status, memory.stat); 0 where there is none.
double number_after(const std::filesystem::path& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    double value = 0;
    if (words >> name >> value && name == key) {
      return value;
    }
  }
  return 0;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) {
    parts.push_back(part);
  }
  return parts;
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

/// The process's group in each hierarchy: "" stands for version 2, "memory" for version 1's controller. Lines of
/// /proc/self/cgroup are "number:controllers:/group".
std::map<std::string, std::string> own_groups(const std::string& root) {
  std::map<std::string, std::string> groups;
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) {
      continue;
    }
    const std::vector<std::string> controllers = split(line.substr(first + 1, second - first - 1), ',');
    if (controllers.empty()) {
      groups[""] = line.substr(second + 1);
    } else if (contains(controllers, "memory")) {
      groups["memory"] = line.substr(second + 1);
    }
  }
  return groups;
}

/// Lines of mountinfo are "id parent major:minor ROOT MOUNT options … - TYPE source SUPER-OPTIONS". A container may see
/// only the branch from ROOT on, with its own group named from the hierarchy's true root, or from ROOT.
std::vector<Hierarchy> memory_hierarchies(const std::string& root) {
  const std::map<std::string, std::string> groups = own_groups(root);
  std::vector<Hierarchy> found;
  std::ifstream file(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> words = split(line, ' ');
    const auto dash = std::ranges::find(words, "-");
    if (words.size() < 5 || words.end() - dash < 4) {
      continue;
    }
    const bool is_version_2 = dash[1] == "cgroup2";
    const bool is_version_1 = dash[1] == "cgroup" && contains(split(dash[3], ','), "memory");
    const auto own = groups.find(is_version_2 ? "" : "memory");
    if ((!is_version_1 && !is_version_2) || own == groups.end()) {
      continue;
    }
    const std::filesystem::path mount = root + words[4];
    std::filesystem::path group = std::filesystem::path(own->second).lexically_relative(words[3]);
    if (group.empty() || *group.begin() == "..") {
      group = std::filesystem::path(own->second).relative_path();
    }
    std::error_code hidden;
    found.push_back({mount, std::filesystem::exists(mount / group, hidden) ? group : ".", is_version_2});
  }
  return found;
}

/// What a group may still take: its limit less what its processes hold; file cache gives way.
double left_in_group(const std::filesystem::path& group, bool is_version_2) {
  const double limit = is_version_2 ? std::min(number_in(group / "memory.max").value_or(kUnlimited),
                                               number_in(group / "memory.high").value_or(kUnlimited))
                                    : number_in(group / "memory.limit_in_bytes").value_or(kUnlimited);
  if (limit == kUnlimited || (!is_version_2 && limit >= kNoLimitOfVersion1)) {
    return kUnlimited;
  }
  const char* const current = is_version_2 ? "memory.current" : "memory.usage_in_bytes";
  const std::string total = is_version_2 ? "" : "total_";
  const std::filesystem::path stat = group / "memory.stat";
  const double cache = number_after(stat, total + "inactive_file") + number_after(stat, total + "active_file");
  const double held = std::max(0.0, number_in(group / current).value_or(0) - cache);
  return std::max(0.0, limit - held);
}

/// The tightest of the groups from the process's own up to the root.
MemoryBound control_group_bound(const std::string& root) {
  MemoryBound bound = {kUnlimited, ""};
  for (const Hierarchy& hierarchy : memory_hierarchies(root)) {
    for (std::filesystem::path group = hierarchy.group.lexically_normal();; group = group.parent_path()) {
      const double left = left_in_group(hierarchy.mount / group, hierarchy.is_version_2);
      if (left < bound.bytes) {
        bound = {left, fmt::format("left in the control group /{}", group == "." ? "" : group.string())};
      }
      if (group.empty() || group == ".") {
        break;
      }
    }
  }
  return bound;
}

MemoryBound machine_bound(const std::string& root) {
  const double available = number_after(root + "/proc/meminfo", "MemAvailable:") * kKibi;
  if (available > 0) {
    return {available, "available on this machine"};
  }
  return {static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE)),
          "in this machine"};
}

/// The soft limit of a line "Max address space  SOFT  HARD  bytes" of /proc/self/limits.
double process_limit(const std::string& root, const std::string& name) {
  std::ifstream file(root + "/proc/self/limits");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name)) {
      std::istringstream words(line.substr(name.size()));
      double bytes = 0;
      return words >> bytes ? bytes : kUnlimited;
    }
  }
  return kUnlimited;
}

MemoryBound process_bound(const std::string& root) {
  MemoryBound bound = {kUnlimited, ""};
  const auto take = [&](const char* limit, const char* held, const char* name) {
    const double left = process_limit(root, limit) - number_after(root + "/proc/self/status", held) * kKibi;
    if (left < bound.bytes) {
      bound = {std::max(0.0, left), name};
    }
  };
  take("Max address space", "VmSize:", "left of the address space (ulimit -v)");
  take("Max data size", "VmData:", "left of the data segment (ulimit -d)");
  return bound;
}

}  // namespace

MemoryLimits memory_limits(const std::string& root) {
  const MemoryBound machine = machine_bound(root);
  const MemoryBound group = control_group_bound(root);
  return {.together = group.bytes < machine.bytes ? group : machine, .alone = process_bound(root)};
}

void return_free_memory() {
  // Where another allocator stands in for glibc's, this call prepares glibc's, which two threads may not do at once.
  static std::mutex one_at_a_time;
  const std::scoped_lock lock(one_at_a_time);
  malloc_trim(0);
}

}  // namespace lockstep
