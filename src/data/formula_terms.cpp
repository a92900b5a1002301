#include "data/formula_terms.h"

#include <algorithm>

namespace lockstep {

namespace {

FormulaTerm sorted(FormulaTerm term) {
  std::ranges::sort(term);
  return term;
}

}  // namespace

bool FormulaTerms::add(const FormulaTerm& term) {
  if (known_.insert(sorted(term)).second) {
    terms_.push_back(term);
  }
  return terms_.size() <= kMostTerms;
}

bool FormulaTerms::add(const FormulaTerms& more) {
  intercept = more.intercept ? more.intercept : intercept;
  return std::ranges::all_of(more.terms_, [&](const FormulaTerm& term) { return add(term); });
}

void FormulaTerms::remove(const FormulaTerms& less) {
  if (less.intercept) {
    intercept = !*less.intercept;
  }
  std::set<FormulaTerm> removed;
  for (const FormulaTerm& term : less.terms_) {
    removed.insert(sorted(term));
    known_.erase(sorted(term));
  }
  std::erase_if(terms_, [&](const FormulaTerm& term) { return removed.contains(sorted(term)); });
}

std::optional<FormulaTerms> products(const FormulaTerms& left, const FormulaTerms& right) {
  if (left.terms().size() * right.terms().size() > FormulaTerms::kMostTerms) {
    return std::nullopt;
  }
  FormulaTerms all;
  for (const FormulaTerm& one : left.terms()) {
    for (const FormulaTerm& other : right.terms()) {
      FormulaTerm term = one;
      std::ranges::copy_if(other, std::back_inserter(term),
                           [&](std::size_t factor) { return std::ranges::find(one, factor) == one.end(); });
      if (term.size() > FormulaTerms::kMostFactors || !all.add(term)) {
        return std::nullopt;
      }
    }
  }
  return all;
}

}  // namespace lockstep
