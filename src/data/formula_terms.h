/// The algebra of a formula's terms.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <vector>

namespace lockstep {

/// A product of factors by their numbers, none twice.
using FormulaTerm = std::vector<std::size_t>;

/// Terms, no two of the same factors, and what is said of the intercept.
class FormulaTerms {
 public:
  static constexpr std::size_t kMostTerms = 100'000;
  static constexpr std::size_t kMostFactors = 8;  ///< of a term

  std::optional<bool> intercept;  ///< whether there is one; empty: nothing is said

  /// False where that makes too many of them.
  [[nodiscard]] bool add(const FormulaTerm& term);
  [[nodiscard]] bool add(const FormulaTerms& more);
  void remove(const FormulaTerms& less);

  const std::vector<FormulaTerm>& terms() const { return terms_; }

 private:
  std::vector<FormulaTerm> terms_;
  std::set<FormulaTerm> known_;  // with their factors ascending
};

/// The products of each of `left` with each of `right`; empty where that makes too many terms, or too long ones.
std::optional<FormulaTerms> products(const FormulaTerms& left, const FormulaTerms& right);

}  // namespace lockstep
