/// The effective configuration as keys and TOML literals.
#pragma once

#include <string>
#include <vector>

namespace lockstep {

struct TrainSettings;

/// One key of the effective configuration, as it stands in config.toml and in checkpoints.
struct ConfigEntry {
  std::string key;    ///< as on the command line, without the dashes
  std::string value;  ///< a TOML literal
  /// True for what shapes the result: a change on resume is refused (78) unless --allow-change names it.
  bool shapes_result = false;
};
std::vector<ConfigEntry> config_entries(const TrainSettings& settings);

/// Of these the entries of the optimizer and its knobs that shape the result: what a fit is told.
std::vector<ConfigEntry> fit_entries(const TrainSettings& settings);

/// What is said once, for one launch, and stored nowhere.
std::vector<ConfigEntry> launch_entries(const TrainSettings& settings);

/// True for the keys of config_entries(), and for those of launch_entries().
bool is_configuration_key(const std::string& key);
bool is_launch_key(const std::string& key);
/// True for a key that may come and go by itself; others come and go with the model, the optimizer or the schedule.
bool is_standalone_key(const std::string& key);

/// The entries as a TOML document.
std::string to_toml(const std::vector<ConfigEntry>& entries);

}  // namespace lockstep
