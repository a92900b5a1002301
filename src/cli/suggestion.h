/// "did you mean": the known name nearest to one that is unknown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/// Fewest insertions, deletions and substitutions of one character that turn `a` into `b` (Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known name nearest to `name`, where it is near enough to be a slip; else empty.
std::string nearest(std::string_view name, const std::vector<std::string>& known);

/// The known name that `name` stands for in other programs, else the nearest one; empty where no name is near.
std::string likely_name(std::string_view name, const std::vector<std::string>& known);

/// "; did you mean 'PREFIXNAME'?" of the likely name, with what is different here; nothing where no name is near.
std::string suggestion(std::string_view name, const std::vector<std::string>& known, const std::string& prefix = "");

}  // namespace lockstep
