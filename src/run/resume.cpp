#include "run/resume.h"

#include "base/hash.h"
#include "lockstep/base/errors.h"
#include "run/config_entries.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace lockstep {

namespace {

void require_same_data(const TrainingState& saved, const TrainingState& fresh) {
  if (saved.fingerprint != fresh.fingerprint) {
    throw Agreed<DataError>(
        fmt::format("the data differ from those this run was started on (fingerprint {}, was {}); train "
                    "them into another --run folder, or over this one with --resume never --overwrite",
                    to_hex(fresh.fingerprint), to_hex(saved.fingerprint)));
  }
  if (saved.validation_fingerprint != fresh.validation_fingerprint) {
    throw Agreed<DataError>(
        "the validation data, which early stopping follows, differ from those this run was started on");
  }
  if (saved.optimizer.parameters.size() != fresh.optimizer.parameters.size() || saved.leaves != fresh.leaves ||
      saved.lanes != fresh.lanes) {
    throw Agreed<DataError>(
        fmt::format("the checkpoint does not fit: {} parameters, {} leaves, {} lanes; now {}, {}, {}",
                    saved.optimizer.parameters.size(), saved.leaves, saved.lanes, fresh.optimizer.parameters.size(),
                    fresh.leaves, fresh.lanes));
  }
}

/// Value of a key, or null where that side does not have it.
const std::string* value_of(const std::vector<ConfigEntry>& entries, const std::string& key) {
  const auto found = std::ranges::find(entries, key, &ConfigEntry::key);
  return found == entries.end() ? nullptr : &found->value;
}

/// What differs, key by key. Keys that only one side has are named where nothing else explains them.
std::vector<std::pair<std::string, std::string>> differences_of(const TrainingState& saved,
                                                                const TrainingState& fresh) {
  std::vector<std::pair<std::string, std::string>> changed;
  std::vector<std::pair<std::string, std::string>> one_sided;
  for (const ConfigEntry& entry : fresh.configuration) {
    const std::string* was = value_of(saved.configuration, entry.key);
    if (was == nullptr) {
      one_sided.emplace_back(entry.key, fmt::format("{} is {}, was not given", entry.key, entry.value));
    } else if (*was != entry.value) {
      changed.emplace_back(entry.key, fmt::format("{} is {}, was {}", entry.key, entry.value, *was));
    }
  }
  for (const ConfigEntry& entry : saved.configuration) {
    if (value_of(fresh.configuration, entry.key) == nullptr) {
      one_sided.emplace_back(entry.key, fmt::format("{} is not given, was {}", entry.key, entry.value));
    }
  }
  const bool is_explained = !changed.empty();
  std::ranges::copy_if(one_sided, std::back_inserter(changed),
                       [&](const auto& difference) { return !is_explained || is_standalone_key(difference.first); });
  return changed;
}

void require_same_configuration(const TrainingState& saved, const TrainingState& fresh,
                                const std::vector<std::string>& allowed, Console& console) {
  std::string refused;
  for (const auto& [key, difference] : differences_of(saved, fresh)) {
    if (std::ranges::find(allowed, key) != allowed.end()) {
      console.warning(difference + ": allowed, but the result is no longer that of one run");
    } else {
      refused += (refused.empty() ? "" : "; ") + difference;
    }
  }
  if (!refused.empty()) {
    throw Agreed<ConfigurationError>(
        "cannot resume with other settings: " + refused +
        "; use another --run folder, --resume never --overwrite to train anew, or --allow-change KEY to "
        "go on all the same");
  }
}

void refuse_or_overwrite(const TrainSettings& settings, CheckpointManager& checkpoints, std::int64_t keep_up_to) {
  const std::int64_t newest = checkpoints.newest_step();
  if (newest <= keep_up_to) {
    return;
  }
  if (!settings.run.overwrite) {
    throw Agreed<Error>(
        ExitCode::cannot_create,
        fmt::format("{} holds checkpoints up to step {}; --overwrite removes them, --resume auto goes on from "
                    "the newest",
                    settings.run_folder(), newest));
  }
  checkpoints.remove_above(keep_up_to);
}

}  // namespace

TrainingState resume_or_start(const TrainSettings& settings, TrainingState fresh, CheckpointManager& checkpoints,
                              Console& console) {
  std::optional<TrainingState> saved;
  switch (settings.run.resume.policy) {
    case ResumePolicy::never:
      refuse_or_overwrite(settings, checkpoints, -1);
      return fresh;
    case ResumePolicy::automatic:
      saved = checkpoints.load_newest();
      if (saved && settings.run.overwrite) {
        console.warning("--overwrite replaces a run only with --resume never: going on from its checkpoint");
      }
      break;
    case ResumePolicy::file:
      saved = checkpoints.load(settings.run.resume.file());
      break;
  }
  if (!saved) {
    return fresh;
  }
  require_same_configuration(*saved, fresh, settings.run.allow_change, console);
  require_same_data(*saved, fresh);
  if (settings.run.resume.policy == ResumePolicy::file) {
    refuse_or_overwrite(settings, checkpoints, saved->optimizer.iteration);
  }
  if (saved->build != fresh.build) {
    console.warning(
        fmt::format("the checkpoint was written by another build or processor kind ({}; now {}): the bits "
                    "may differ from those of an uninterrupted run",
                    saved->build, fresh.build));
  }
  saved->configuration = std::move(fresh.configuration);
  saved->build = std::move(fresh.build);
  return std::move(*saved);
}

}  // namespace lockstep
