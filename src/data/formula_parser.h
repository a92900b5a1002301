/// The parser of formulas: descent of a bounded depth over the tokens.
#pragma once

#include "data/formula.h"
#include "data/formula_terms.h"
#include "data/formula_tokens.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

class FormulaParser {
 public:
  /// `others`: what "." stands for.
  FormulaParser(std::string_view text, std::vector<std::string> others);

  /// Throws what parse_formula() throws.
  Formula parse();

 private:
  /// Arithmetic as it was written, with blanks where patsy has them.
  using Words = std::string;

  // Terms.
  FormulaTerms sum();
  FormulaTerms product();
  FormulaTerms interaction();
  FormulaTerms power();
  FormulaTerms primary();
  FormulaTerms named();
  FormulaTerms all_others();
  FormulaTerms term_of(FormulaFactor factor, std::size_t position);
  FormulaTerms crossed(const FormulaTerms& left, const FormulaTerms& right, std::size_t position) const;

  // Factors.
  FormulaFactor category();
  FormulaFactor polynomial();
  FormulaFactor call(const std::string& function, std::size_t position);
  Words add_reference(FormulaFactor& factor);
  std::string column_name();
  int whole_number(int most, const char* rule);

  // Arithmetic, each onto the expression.
  Words add_sum(FormulaExpression& expression);
  Words add_product(FormulaExpression& expression);
  Words add_signed(FormulaExpression& expression);
  Words add_power(FormulaExpression& expression);
  Words add_atom(FormulaExpression& expression);

  const FormulaToken& now() const { return tokens_[at_]; }
  const FormulaToken& next() const { return tokens_[at_ + (at_ + 1 < tokens_.size() ? 1 : 0)]; }
  bool is_call() const { return now().kind == FormulaToken::Kind::name && next().is("("); }
  bool takes(std::string_view mark);
  void expect(std::string_view mark);
  void descend();
  [[noreturn]] void refuse(const std::string& understood) const;
  [[noreturn]] void refuse_function(const FormulaToken& name) const;
  void check_columns(const std::string& response) const;

  std::vector<FormulaToken> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::vector<std::string> others_;
  std::vector<FormulaFactor> factors_;
  std::vector<std::size_t> positions_;  // of the factors, where they stand first
  std::map<std::string, std::size_t> factor_of_name_;
};

}  // namespace lockstep
