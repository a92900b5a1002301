/// Which levels of its categories a term has columns for, as patsy chooses it.
#pragma once

#include "data/formula_terms.h"

#include <cstddef>
#include <set>
#include <vector>

namespace lockstep {

/// A category in a term.
struct CodedCategory {
  std::size_t factor = 0;
  bool has_all_levels = false;  ///< else all but the reference

  friend auto operator<=>(const CodedCategory&, const CodedCategory&) = default;
};

/// Terms of one group, those with the same numbers, in their order.
class TermCoding {
 public:
  /// The runs of columns that a term of these categories adds to those of the terms before: each run has the products
  /// of the columns of the categories in it. None: nothing new.
  std::vector<std::vector<CodedCategory>> add(const FormulaTerm& categories);

 private:
  std::set<FormulaTerm> spanned_;  // products of categories without their references, factors ascending
};

}  // namespace lockstep
