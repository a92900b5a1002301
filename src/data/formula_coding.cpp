#include "data/formula_coding.h"

#include <algorithm>
#include <cstdint>

namespace lockstep {

namespace {

using Run = std::vector<CodedCategory>;

/// Subsets in the order of their sizes, then of the places of their members.
std::vector<FormulaTerm> subsets_of(const FormulaTerm& term) {
  std::vector<FormulaTerm> places(1);
  for (std::size_t place = 0; place < term.size(); ++place) {
    const std::size_t before = places.size();
    for (std::size_t i = 0; i < before; ++i) {
      places.push_back(places[i]);
      places.back().push_back(place);
    }
  }
  std::ranges::sort(places);
  std::ranges::stable_sort(places, {}, [](const FormulaTerm& subset) { return subset.size(); });
  for (FormulaTerm& subset : places) {
    std::ranges::transform(subset, subset.begin(), [&](std::size_t place) { return term[place]; });
  }
  return places;
}

/// The factor that `large` has beside those of `small`, all of which it codes alike; null where there is no such one.
CodedCategory* one_more(Run& large, const Run& small) {
  if (large.size() != small.size() + 1) {
    return nullptr;
  }
  CodedCategory* more = nullptr;
  for (CodedCategory& coded : large) {
    if (std::ranges::find(small, coded) == small.end()) {
      if (more != nullptr) {
        return nullptr;
      }
      more = &coded;
    }
  }
  return more;
}

/// s + s:a, a without its reference, is s:a with all levels of a. False where no two of the runs are such a pair.
bool join_pair(std::vector<Run>& runs) {
  for (auto small = runs.begin(); small != runs.end(); ++small) {
    for (auto large = small + 1; large != runs.end(); ++large) {
      if (CodedCategory* more = one_more(*large, *small); more != nullptr) {
        more->has_all_levels = true;
        runs.erase(small);
        return true;
      }
    }
  }
  return false;
}

}  // namespace

std::vector<std::vector<CodedCategory>> TermCoding::add(const FormulaTerm& categories) {
  std::vector<Run> runs;
  for (const FormulaTerm& subset : subsets_of(categories)) {
    FormulaTerm key = subset;
    std::ranges::sort(key);
    if (!spanned_.insert(key).second) {
      continue;
    }
    Run& run = runs.emplace_back();
    for (const std::size_t factor : subset) {
      run.push_back({factor, false});
    }
  }
  while (join_pair(runs)) {
  }
  return runs;
}

}  // namespace lockstep
