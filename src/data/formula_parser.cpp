#include "data/formula_parser.h"

#include "data/text_error.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

using Kind = FormulaToken::Kind;

constexpr int kDeepest = 100;
constexpr const char* kTerms = "terms are columns, functions of them and 1 or 0, joined by + - : * ^ and parentheses";

[[noreturn]] void refuse_many(std::size_t position) {
  formula_error(position, fmt::format("more than {} terms, or more than {} factors in one", FormulaTerms::kMostTerms,
                                      FormulaTerms::kMostFactors));
}

}  // namespace

FormulaParser::FormulaParser(std::string_view text, std::vector<std::string> others)
    : tokens_(formula_tokens(text)), others_(std::move(others)) {}

Formula FormulaParser::parse() {
  Formula formula;
  constexpr const char* response = "a formula begins with the response, one column: y ~ terms";
  const bool is_name = now().kind == Kind::name || now().kind == Kind::quoted_name;
  if (!is_name) {
    refuse(response);
  }
  formula.response = column_name();
  if (!takes("~")) {
    refuse(response);
  }
  const FormulaTerms terms = sum();
  if (now().kind != Kind::end) {
    refuse(kTerms);
  }
  formula.has_intercept = terms.intercept.value_or(true);
  // Factors that no term has left are of no use.
  std::vector<FormulaFactor> all = std::exchange(factors_, {});
  const std::vector<std::size_t> positions = std::exchange(positions_, {});
  std::vector<std::size_t> place(all.size(), all.size());
  for (const FormulaTerm& term : terms.terms()) {
    FormulaTerm& kept = formula.terms.emplace_back();
    for (const std::size_t factor : term) {
      if (place[factor] == all.size()) {
        place[factor] = factors_.size();
        factors_.push_back(std::move(all[factor]));
        positions_.push_back(positions[factor]);
      }
      kept.push_back(place[factor]);
    }
  }
  check_columns(formula.response);
  formula.factors = std::move(factors_);
  return formula;
}

FormulaTerms FormulaParser::sum() {
  descend();
  FormulaTerms all;
  for (bool is_first = true; is_first || now().is("+") || now().is("-"); is_first = false) {
    const std::size_t position = now().position;
    const bool is_left_out = now().is("-");
    at_ += is_left_out || now().is("+") ? 1 : 0;
    const FormulaTerms next_terms = product();
    if (is_left_out) {
      all.remove(next_terms);
    } else if (!all.add(next_terms)) {
      refuse_many(position);
    }
  }
  --depth_;
  return all;
}

FormulaTerms FormulaParser::product() {
  FormulaTerms left = interaction();
  for (std::size_t position = now().position; takes("*"); position = now().position) {
    const FormulaTerms right = interaction();
    const FormulaTerms both = crossed(left, right, position);
    if (!left.add(right) || !left.add(both)) {
      refuse_many(position);
    }
  }
  return left;
}

FormulaTerms FormulaParser::interaction() {
  FormulaTerms left = power();
  for (std::size_t position = now().position; takes(":"); position = now().position) {
    left = crossed(left, power(), position);
  }
  return left;
}

FormulaTerms FormulaParser::power() {
  FormulaTerms all = primary();
  for (std::size_t position = now().position; takes("^"); position = now().position) {
    const int most = whole_number(static_cast<int>(FormulaTerms::kMostFactors), "terms have powers that are whole");
    FormulaTerms products_so_far = all;
    const FormulaTerms factor = all;
    for (int power = 2; power <= most; ++power) {
      products_so_far = crossed(products_so_far, factor, position);
      if (!all.add(products_so_far)) {
        refuse_many(position);
      }
    }
  }
  return all;
}

FormulaTerms FormulaParser::primary() {
  FormulaTerms terms;
  const FormulaToken token = now();
  if (token.kind == Kind::number) {
    if (token.text != "0" && token.text != "1") {
      formula_error(token.position,
                    fmt::format("saw {}: 1 is an intercept and 0 none; arithmetic stands in I(…)", shown(token.text)));
    }
    ++at_;
    terms.intercept = token.text == "1";
    return terms;
  }
  if (takes("(")) {
    terms = sum();
    expect(")");
    return terms;
  }
  if (takes(".")) {
    return all_others();
  }
  if (token.kind == Kind::name || token.kind == Kind::quoted_name) {
    return named();
  }
  refuse(kTerms);
}

FormulaTerms FormulaParser::named() {
  const FormulaToken token = now();
  if (!is_call() || token.text == "Q") {
    FormulaFactor factor;
    const std::string column = column_name();
    factor.name = formula_name(column);
    factor.expression.push_column(column);
    return term_of(std::move(factor), token.position);
  }
  at_ += 2;
  FormulaFactor factor = token.text == "C"      ? category()
                         : token.text == "poly" ? polynomial()
                                                : call(token.text, token.position);
  expect(")");
  return term_of(std::move(factor), token.position);
}

FormulaTerms FormulaParser::all_others() {
  FormulaTerms terms;
  const std::size_t position = tokens_[at_ - 1].position;
  for (const std::string& column : others_) {
    FormulaFactor factor{.name = formula_name(column)};
    factor.expression.push_column(column);
    if (!terms.add(term_of(std::move(factor), position))) {
      refuse_many(position);
    }
  }
  return terms;
}

FormulaTerms FormulaParser::term_of(FormulaFactor factor, std::size_t position) {
  const auto [known, is_new] = factor_of_name_.emplace(factor.name, factors_.size());
  if (is_new) {
    factors_.push_back(std::move(factor));
    positions_.push_back(position);
  }
  FormulaTerms terms;
  static_cast<void>(terms.add(FormulaTerm{known->second}));
  return terms;
}

FormulaTerms FormulaParser::crossed(const FormulaTerms& left, const FormulaTerms& right, std::size_t position) const {
  if (left.intercept || right.intercept) {
    formula_error(position, "an intercept, 1 or 0, is no factor");
  }
  std::optional<FormulaTerms> both = products(left, right);
  if (!both) {
    refuse_many(position);
  }
  return std::move(*both);
}

bool FormulaParser::takes(std::string_view mark) {
  const bool is_there = now().is(mark);
  at_ += is_there ? 1 : 0;
  return is_there;
}

void FormulaParser::expect(std::string_view mark) {
  if (!takes(mark)) {
    refuse(fmt::format("expected {}", shown(mark)));
  }
}

void FormulaParser::descend() {
  if (++depth_ > kDeepest) {
    formula_error(now().position, fmt::format("more than {} parentheses or signs in each other", kDeepest));
  }
}

void FormulaParser::refuse(const std::string& understood) const {
  const bool is_end = now().kind == Kind::end;
  const std::string text = now().kind == Kind::mark && now().text == "^" ? "** or ^" : now().text;
  formula_error(now().position, (is_end ? "the formula ends here" : "saw " + shown(text)) + "; " + understood);
}

void FormulaParser::refuse_function(const FormulaToken& name) const {
  formula_error(name.position, fmt::format("there is no function {}; there are {}, I(arithmetic), C(category), "
                                           "poly(x, degree) and Q(\"a name\")",
                                           shown(name.text), formula_functions()));
}

/// The response is no factor, and a category stands in no other one.
void FormulaParser::check_columns(const std::string& response) const {
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < factors_.size(); ++i) {
    for (const std::string& column : factors_[i].columns()) {
      if (column == response) {
        formula_error(positions_[i], fmt::format("the response {} is no term", shown(response)));
      }
      const auto [known, is_new] = first.emplace(column, i);
      const auto is_category = [&](std::size_t k) { return factors_[k].kind == FormulaFactor::Kind::category; };
      if (!is_new && (is_category(i) || is_category(known->second))) {
        formula_error(std::max(positions_[i], positions_[known->second]),
                      fmt::format("the column {} stands as {} and as {}; a category is written in one way",
                                  shown(column), factors_[known->second].name, factors_[i].name));
      }
    }
  }
}

}  // namespace lockstep
