#include "run/pulse_table.h"

#include "io/printable.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lockstep {

namespace {

constexpr std::size_t kMostNamed = 5;

std::string place_of(const Pulse& last, const std::string& host) {
  return fmt::format("rank {} on {}", last.rank, printable(host));
}

std::string describe(const Pulse& last, const std::string& host, const char* what) {
  return fmt::format("{} {} (last seen {}, after step {}{})", place_of(last, host), what, to_string(last.activity),
                     last.step, last.is_waiting ? ", waiting for others" : "");
}

}  // namespace

PulseTable::PulseTable(std::vector<std::string> hosts, double timeout, double now) : timeout_(timeout), beat_(now) {
  for (std::string& host : hosts) {
    Entry entry;
    entry.last.rank = static_cast<std::int32_t>(ranks_.size());
    entry.host = std::move(host);
    entry.heard = now;
    ranks_.push_back(std::move(entry));
  }
}

void PulseTable::hear(const Pulse& pulse, double now) {
  if (pulse.rank < 0 || pulse.rank >= static_cast<std::int32_t>(ranks_.size())) {
    return;
  }
  Entry& entry = ranks_[static_cast<std::size_t>(pulse.rank)];
  if (!entry.was_heard || pulse.beats != entry.last.beats) {
    beat_ = now;
  }
  entry.last = pulse;
  entry.heard = now;
  entry.was_heard = true;
}

void PulseTable::dismiss(int rank) {
  ranks_[static_cast<std::size_t>(rank)].has_left = true;
}

void PulseTable::restart(double now) {
  beat_ = now;
  for (Entry& entry : ranks_) {
    entry.heard = now;
  }
}

std::string PulseTable::silence(double now) const {
  std::vector<std::string> found;
  for (const Entry& entry : ranks_) {
    if (entry.was_heard && !entry.has_left && now - entry.heard >= timeout_) {
      found.push_back(describe(entry.last, entry.host, "does not answer"));
    }
  }
  return sentence(found);
}

std::string PulseTable::verdict(double now) const {
  std::string silent = silence(now);
  if (!silent.empty() || now - beat_ < timeout_ || !unheard().empty()) {
    return silent;
  }
  std::vector<std::string> found;
  for (const Entry* entry : suspects()) {
    found.push_back(describe(entry->last, entry->host, "does not get on"));
  }
  return sentence(found);
}

std::string PulseTable::unheard() const {
  std::vector<std::string> found;
  for (const Entry& entry : ranks_) {
    if (!entry.was_heard && !entry.has_left) {
      found.push_back(place_of(entry.last, entry.host));
    }
  }
  const std::size_t named = std::min(found.size(), kMostNamed);
  return fmt::format("{}{}", fmt::join(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(named), ", "),
                     found.size() > named ? fmt::format(" and {} more", found.size() - named) : "");
}

std::string PulseTable::sentence(const std::vector<std::string>& found) const {
  if (found.empty()) {
    return "";
  }
  const std::size_t named = std::min(found.size(), kMostNamed);
  std::string text = fmt::format("no progress for {:g} s: {}", timeout_,
                                 fmt::join(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(named), "; "));
  if (found.size() > named) {
    text += fmt::format("; and {} more ranks", found.size() - named);
  }
  return text;
}

/// Those that wait for nobody; where all wait, those that are behind.
std::vector<const PulseTable::Entry*> PulseTable::suspects() const {
  std::vector<const Entry*> busy;
  std::vector<const Entry*> last;
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  for (const Entry& entry : ranks_) {
    if (entry.has_left) {
      continue;
    }
    if (!entry.last.is_waiting) {
      busy.push_back(&entry);
    }
    if (entry.last.messages < fewest) {
      fewest = entry.last.messages;
      last.clear();
    }
    if (entry.last.messages == fewest) {
      last.push_back(&entry);
    }
  }
  return busy.empty() ? last : busy;
}

}  // namespace lockstep
