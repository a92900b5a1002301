/// The files that a text names.
#pragma once

#include <string>
#include <vector>

namespace lockstep {

/// One path, or several at commas or blanks, or the matches of patterns (*, ?, [a-z]), sorted by their bytes. A text
/// that is a path as it stands is that one; so is a part of the text that holds a comma or a blank. Where no part is a
/// path, the text is one that is missing. Throws SystemError for a pattern that nothing matches (66),
/// ConfigurationError for a file that stands twice. Not Collective.
std::vector<std::string> data_paths(const std::string& text);

/// Its name for a run folder: of the first file, without folder and endings.
std::string data_name(const std::string& text);

}  // namespace lockstep
