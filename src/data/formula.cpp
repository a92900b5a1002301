#include "data/formula.h"

#include "data/formula_parser.h"
#include "data/formula_tokens.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

namespace lockstep {

std::vector<std::string> Formula::columns() const {
  std::vector<std::string> all;
  std::unordered_set<std::string> known;
  for (const FormulaFactor& factor : factors) {
    std::ranges::copy_if(factor.columns(), std::back_inserter(all),
                         [&](const std::string& column) { return known.insert(column).second; });
  }
  return all;
}

std::string Formula::text() const {
  std::string all = formula_name(response) + " ~ " + (has_intercept ? "1" : "0");
  for (const std::vector<std::size_t>& term : terms) {
    for (std::size_t i = 0; i < term.size(); ++i) {
      all += (i == 0 ? " + " : ":") + factors[term[i]].name;
    }
  }
  return all;
}

Formula parse_formula(std::string_view text, const std::vector<std::string>& others) {
  const Formula without = FormulaParser(text, {}).parse();
  std::unordered_set<std::string> used = {without.response};
  for (const FormulaFactor& factor : without.factors) {
    if (factor.kind != FormulaFactor::Kind::column) {
      used.insert(factor.columns().begin(), factor.columns().end());
    }
  }
  std::vector<std::string> rest;
  std::ranges::copy_if(others, std::back_inserter(rest), [&](const auto& column) { return !used.contains(column); });
  return rest.empty() ? without : FormulaParser(text, rest).parse();
}

FormulaText FormulaText::parse(const std::string& text) {
  if (!text.empty()) {
    parse_formula(text, {});
  }
  return {text};
}

}  // namespace lockstep
