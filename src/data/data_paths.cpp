#include "data/data_paths.h"

#include "data/byte_stream.h"
#include "data/standard_input.h"
#include "data/text_error.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include <glob.h>

namespace lockstep {

namespace {

bool is_there(const std::string& path) {
  std::error_code unreadable;  // reading tells
  return std::filesystem::exists(path, unreadable);
}

bool is_pattern(const std::string& text) {
  return text.find_first_of("*?[") != std::string::npos;
}

std::vector<std::string> matches(const std::string& pattern) {
  glob_t found{};
  const int status = ::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found);
  std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + (status == 0 ? found.gl_pathc : 0));
  ::globfree(&found);
  return paths;
}

/// Cuts the text at commas and blanks; the first piece is its begin up to each cut.
std::vector<std::size_t> cuts_of(const std::string& text) {
  std::vector<std::size_t> cuts;
  for (std::size_t at = text.find_first_of(", "); at != std::string::npos; at = text.find_first_of(", ", at + 1)) {
    cuts.push_back(at);
  }
  cuts.push_back(text.size());
  return cuts;
}

/// The pieces that are paths or patterns, as short as may be; a piece that is neither is missing.
std::vector<std::string> pieces_of(const std::string& text) {
  std::vector<std::string> pieces;
  for (std::string rest = text; !rest.empty();) {
    const std::vector<std::size_t> cuts = cuts_of(rest);
    const auto is_named = [&](std::size_t cut) {
      const std::string piece = rest.substr(0, cut);
      return cut > 0 && (is_there(piece) || (is_pattern(piece) && !matches(piece).empty()));
    };
    const auto found = std::ranges::find_if(cuts, is_named);
    const std::size_t cut = found == cuts.end() ? cuts.front() : *found;
    if (cut > 0) {
      pieces.push_back(rest.substr(0, cut));
    }
    rest.erase(0, cut + 1);
  }
  return pieces;
}

}  // namespace

std::vector<std::string> data_paths(const std::string& text) {
  if (text == kStandardInput || is_there(text)) {
    return {text};
  }
  const std::vector<std::string> pieces = pieces_of(text);
  if (std::ranges::none_of(pieces, [](const std::string& piece) { return is_there(piece) || is_pattern(piece); })) {
    return {text};
  }
  std::vector<std::string> paths;
  for (const std::string& piece : pieces) {
    const std::vector<std::string> found = is_there(piece) || !is_pattern(piece) ? std::vector{piece} : matches(piece);
    if (found.empty()) {
      throw SystemError(SystemError::Purpose::read_input, piece, "find a file that matches", ENOENT);
    }
    paths.insert(paths.end(), found.begin(), found.end());
  }
  std::ranges::sort(paths);
  if (const auto twice = std::ranges::adjacent_find(paths); twice != paths.end()) {
    throw ConfigurationError(*twice + ": the file stands twice among the data");
  }
  return paths;
}

std::string data_name(const std::string& text) {
  if (text == kStandardInput) {
    return "stdin";
  }
  std::string first = text;
  try {
    first = data_paths(text).front();
  } catch (const Error&) {  // reading tells
  }
  const std::filesystem::path path = without_compression_ending(first);
  return path.stem().string();
}

}  // namespace lockstep
