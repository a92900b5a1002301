/// A TOML file of options as texts with their places.
#pragma once

#include "lockstep/base/errors.h"

#include <string>
#include <vector>

namespace lockstep {

/// One key of the file. A number, a boolean or a text is one value, an array of them several.
struct FileSetting {
  std::string key;
  std::vector<std::string> values;
  bool is_array = false;
  Position key_position;
  Position value_position;
};

/// The keys in the order of their places. Throws SystemError where the file cannot be read, ConfigurationError with
/// FILE:LINE:COLUMN where it is no TOML, or holds tables or dates. Of a file that an earlier version wrote for a run
/// what was said for that launch only (resume, overwrite, allow-change) is left out.
std::vector<FileSetting> read_config_file(const std::string& path);

/// The same for text that came from `path`.
std::vector<FileSetting> parse_config(const std::string& text, const std::string& path);

}  // namespace lockstep
