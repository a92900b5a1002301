#include "cli/suggestion.h"

#include "cli/synonyms.h"

#include <algorithm>
#include <numeric>

namespace lockstep {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);  // distances of the current prefix of a to every prefix of b
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string nearest(std::string_view name, const std::vector<std::string>& known) {
  const std::size_t longest_compared = 64;                  // a longer name is no slip of an option's
  if (name.size() < 2 || name.size() > longest_compared) {  // any short name is near one letter
    return {};
  }
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const bool extends = name.size() >= 3 && candidate.starts_with(name);
    const std::size_t distance = extends ? 1 : edit_distance(name, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string likely_name(std::string_view name, const std::vector<std::string>& known) {
  const Meaning meaning = meaning_of(name, known);
  return meaning.name.empty() && meaning.note.empty() ? nearest(name, known) : meaning.name;
}

std::string suggestion(std::string_view name, const std::vector<std::string>& known, const std::string& prefix) {
  const std::string likely = likely_name(name, known);
  const std::string note = meaning_of(name, known).note;
  return likely.empty() ? (note.empty() ? "" : "; " + note)
                        : "; did you mean '" + prefix + likely + "'?" + (note.empty() ? "" : " (" + note + ")");
}

}  // namespace lockstep
