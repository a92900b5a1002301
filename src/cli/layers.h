/// The layers that settings come from, lowest first: file, --set, environment, command line.
#pragma once

#include "cli/config_file.h"
#include "cli/environment.h"
#include "cli/options.h"
#include "lockstep/base/errors.h"

#include <functional>
#include <string>
#include <vector>

namespace lockstep {

/// Values for one option from one place.
struct Given {
  std::string origin;        ///< before "KEY = VALUE: …" in an error, e.g. "run.toml:3:1: "
  std::string value_origin;  ///< the same where the value, not the key, is wrong
  std::string key;
  std::vector<std::string> values;
};

struct Layer {
  ExitCode code = ExitCode::configuration;  ///< of errors in it
  std::vector<Given> given;
};

// `options` are those of the command; a key of another command's option is left out (environment) or refused (others).
Layer file_layer(const std::vector<FileSetting>& settings, const std::vector<Option>& options);
Layer set_layer(const std::vector<std::string>& assignments, const std::vector<Option>& options);
Layer environment_layer(const Environment& environment, const std::vector<Option>& options);

/// Splits the values of lists at commas; an entry may be empty, which apply() refuses.
std::vector<std::string> split_at_commas(const std::vector<std::string>& texts);

/// Fills in the settings behind `options`. Throws Error with the layer's code and every complaint: unknown keys with a
/// suggestion, and values that `check` finds wrong when each is set alone.
void apply(const Layer& layer, const std::vector<Option>& options, const std::function<void(const Given&)>& check);

}  // namespace lockstep
