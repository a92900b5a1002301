#include "lockstep/train/resume.h"

#include "lockstep/base/errors.h"
#include "lockstep/base/hash.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep {

namespace {

void require_same_data(const TrainingState& saved, const TrainingState& fresh) {
  if (saved.fingerprint != fresh.fingerprint) {
    throw DataError(
        fmt::format("the data differ from those this run was started on (fingerprint {}, was {}); train "
                    "them into another --run folder",
                    to_hex(fresh.fingerprint), to_hex(saved.fingerprint)));
  }
  if (saved.validation_fingerprint != fresh.validation_fingerprint) {
    throw DataError("the validation data, which early stopping follows, differ from those this run was started on");
  }
  if (saved.optimizer.parameters.size() != fresh.optimizer.parameters.size() || saved.leaves != fresh.leaves ||
      saved.lanes != fresh.lanes) {
    throw DataError(fmt::format("the checkpoint does not fit: {} parameters, {} leaves, {} lanes; now {}, {}, {}",
                                saved.optimizer.parameters.size(), saved.leaves, saved.lanes,
                                fresh.optimizer.parameters.size(), fresh.leaves, fresh.lanes));
  }
}

/// Value of a key, or a dash where the other side does not have it.
std::string value_of(const std::vector<ConfigEntry>& entries, const std::string& key) {
  const auto found = std::ranges::find(entries, key, &ConfigEntry::key);
  return found == entries.end() ? "-" : found->value;
}

void require_same_configuration(const TrainingState& saved, const TrainingState& fresh,
                                const std::vector<std::string>& allowed, Console& console) {
  std::vector<std::string> keys;
  for (const auto* entries : {&fresh.configuration, &saved.configuration}) {
    for (const ConfigEntry& entry : *entries) {
      if (std::ranges::find(keys, entry.key) == keys.end()) {
        keys.push_back(entry.key);
      }
    }
  }
  std::string differences;
  for (const std::string& key : keys) {
    const std::string was = value_of(saved.configuration, key);
    const std::string now = value_of(fresh.configuration, key);
    if (was == now) {
      continue;
    }
    const std::string difference = fmt::format("{} is {}, was {}", key, now, was);
    if (std::ranges::find(allowed, key) != allowed.end()) {
      console.warning(difference + ": allowed, but the result is no longer that of one run");
    } else {
      differences += (differences.empty() ? "" : "; ") + difference;
    }
  }
  if (!differences.empty()) {
    throw ConfigurationError("cannot resume with other settings: " + differences +
                             "; use another --run folder, or --allow-change KEY to go on all the same");
  }
}

void refuse_or_overwrite(const TrainSettings& settings, CheckpointManager& checkpoints, std::int64_t keep_up_to) {
  const std::int64_t newest = checkpoints.newest_step();
  if (newest <= keep_up_to) {
    return;
  }
  if (!settings.overwrite) {
    throw Error(ExitCode::cannot_create,
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
  switch (settings.resume) {
    case ResumePolicy::never:
      refuse_or_overwrite(settings, checkpoints, -1);
      return fresh;
    case ResumePolicy::automatic:
      saved = checkpoints.load_newest();
      break;
    case ResumePolicy::file:
      saved = checkpoints.load(settings.resume_file);
      break;
  }
  if (!saved) {
    return fresh;
  }
  require_same_configuration(*saved, fresh, settings.allow_change, console);
  require_same_data(*saved, fresh);
  if (settings.resume == ResumePolicy::file) {
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
