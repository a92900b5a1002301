/// The files that a run leaves in its folder, and how they are told from those of a person or another tool, which a run
/// does not replace.
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

namespace lockstep {

inline constexpr const char* kConfigName = "config.toml";
inline constexpr const char* kSummaryName = "summary.json";
inline constexpr const char* kMetricsName = "metrics.jsonl";
inline constexpr const char* kModelName = "model.h5";

/// The first line of config.toml. A run writes no other comments: what a person notes there would be lost.
inline constexpr std::string_view kConfigHeader =
    "# The effective configuration of this run, written by the trainer at every start: keep notes elsewhere.\n";

// Whether a text is one that a run wrote, of this version or an earlier one, torn by a power loss or not. Files come
// into place whole, so an empty one is none of a run's.
bool is_own_config(std::string_view text);   ///< keys and values alone: the header, or every key of the first version
bool is_own_summary(std::string_view text);  ///< a JSON object with the keys of summary.json

/// The first line of metrics.jsonl, from 1, that no run wrote; 0: none. The last may be torn.
std::int64_t foreign_metrics_line(std::istream& file);

struct ForeignFile {
  std::string name;
  std::int64_t line = 0;  ///< where only this line is foreign, else 0
  friend bool operator==(const ForeignFile&, const ForeignFile&) = default;
};

/// The first file of the folder, by name, that a run would replace and did not write: by a person or another tool, a
/// link, or no regular file. Empty: none, or no folder. A damaged model or checkpoint and metrics without a line are
/// the run's where the folder's config.toml is. Throws SystemError where the folder cannot be listed.
std::optional<ForeignFile> foreign_file(const std::string& folder);

/// True where a run has ended in the folder with a model, by its summary.json or model.h5.
bool holds_results(const std::string& folder);

/// True for the names of files that a run writes.
bool is_written_by_run(const std::string& name);

}  // namespace lockstep
