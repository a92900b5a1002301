#include "run/config_entries.h"

#include "fit/learning_options.h"
#include "run/train_options.h"

#include <algorithm>
#include <optional>

namespace lockstep {

namespace {

std::vector<ConfigEntry> entries_of(const std::vector<Option>& options, bool is_said_once) {
  std::vector<ConfigEntry> entries;
  for (const Option& option : options) {
    if (option.use.is_said_once == is_said_once) {
      entries.push_back({option.name, option.value.literal(), option.shapes_result()});
    }
  }
  return entries;
}

/// Moves the entry of `key` before that of `other`.
void move_before(std::vector<ConfigEntry>& entries, const std::string& key, const std::string& other) {
  const auto from = std::ranges::find(entries, key, &ConfigEntry::key);
  const auto to = std::ranges::find(entries, other, &ConfigEntry::key);
  std::rotate(to, from, from + 1);
}

/// What becomes of the option; nothing where there is none of that name.
std::optional<OptionUse> use_of(const std::string& key) {
  TrainSettings settings;
  const std::vector<Option> options = train_options(settings);
  const Option* const option = find_option(options, key);
  return option == nullptr ? std::nullopt : std::optional(option->use);
}

}  // namespace

std::vector<ConfigEntry> config_entries(const TrainSettings& settings) {
  TrainSettings full = settings.completed();
  std::vector<ConfigEntry> entries = entries_of(train_options(full), false);
  // Files have these in places of their own.
  move_before(entries, "patience", "seed");
  move_before(entries, "threads", "run");
  return entries;
}

std::vector<ConfigEntry> fit_entries(const TrainSettings& settings) {
  TrainSettings full = settings;
  std::vector<Option> options = train_options(full);
  std::erase_if(options, [](const Option& option) { return !is_fit_option(option) || !option.shapes_result(); });
  return entries_of(options, false);
}

std::vector<ConfigEntry> launch_entries(const TrainSettings& settings) {
  TrainSettings said = settings;
  return entries_of(train_options(said), true);
}

bool is_configuration_key(const std::string& key) {
  const std::optional<OptionUse> use = use_of(key);
  return use && !use->is_said_once;
}

bool is_launch_key(const std::string& key) {
  const std::optional<OptionUse> use = use_of(key);
  return use && use->is_said_once;
}

bool is_standalone_key(const std::string& key) {
  const std::optional<OptionUse> use = use_of(key);
  return use && use->stands_alone;
}

std::string to_toml(const std::vector<ConfigEntry>& entries) {
  std::string document;
  for (const ConfigEntry& entry : entries) {
    document += entry.key + " = " + entry.value + '\n';
  }
  return document;
}

}  // namespace lockstep
