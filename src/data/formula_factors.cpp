// Of FormulaParser: what stands within a factor's parentheses.
#include "data/formula_parser.h"
#include "data/text_error.h"
#include "data/text_number.h"

#include <fmt/format.h>

namespace lockstep {

namespace {

using Kind = FormulaToken::Kind;
using Operation = FormulaExpression::Operation;

constexpr const char* kArithmetic = "arithmetic has columns, numbers, + - * / ^ and parentheses";
constexpr const char* kCategory = R"(a category is C(column) or C(column, Treatment("level")))";

/// numpy's functions as patsy's users write them.
std::string without_numpy(const std::string& name) {
  return name.starts_with("np.") ? name.substr(3) : name;
}

}  // namespace

/// Behind "C(".
FormulaFactor FormulaParser::category() {
  FormulaFactor factor{.kind = FormulaFactor::Kind::category};
  if (now().kind != Kind::name && now().kind != Kind::quoted_name) {
    refuse(kCategory);
  }
  const std::string column = column_name();
  factor.expression.push_column(column);
  factor.name = "C(" + formula_name(column);
  if (takes(",")) {
    if (now().kind != Kind::name || now().text != "Treatment") {
      refuse(kCategory);
    }
    ++at_;
    factor.name += ", Treatment";
    if (takes("(")) {
      factor.name += '(' + add_reference(factor) + ')';
      expect(")");
    }
  }
  factor.name += ')';
  return factor;
}

/// "b", 3 or reference="b".
FormulaParser::Words FormulaParser::add_reference(FormulaFactor& factor) {
  if (now().kind == Kind::name && now().text == "reference" && next().is("=")) {
    at_ += 2;
  }
  const std::string sign = takes("-") ? "-" : "";
  if (now().kind != Kind::number && (now().kind != Kind::text || !sign.empty())) {
    refuse(kCategory);
  }
  const FormulaToken& level = tokens_[at_++];
  factor.reference = sign + level.text;
  return level.kind == Kind::text ? formula_text(level.text) : factor.reference;
}

/// Behind "poly(".
FormulaFactor FormulaParser::polynomial() {
  FormulaFactor factor{.kind = FormulaFactor::Kind::polynomial};
  const Words words = add_sum(factor.expression);
  factor.argument = factor.expression.is_column() || factor.expression.is_call() ? words : "I(" + words + ')';
  expect(",");
  if (now().kind == Kind::name && now().text == "degree" && next().is("=")) {
    at_ += 2;
  }
  factor.degree = whole_number(kHighestDegree, "poly(x, k) has a degree k that is whole");
  factor.name = fmt::format("poly({}, {})", words, factor.degree);
  return factor;
}

/// Behind "log(" or "I(".
FormulaFactor FormulaParser::call(const std::string& written, std::size_t position) {
  const std::string function = without_numpy(written);
  FormulaFactor factor{.kind = FormulaFactor::Kind::expression};
  const FormulaExpression::Function known = formula_function(function);
  if (known == nullptr && function != "I") {
    refuse_function({Kind::name, function, position});
  }
  factor.name = function + '(' + add_sum(factor.expression) + ')';
  if (known != nullptr) {
    factor.expression.push(known);
  }
  return factor;
}

/// A name, `a name` or Q("a name").
std::string FormulaParser::column_name() {
  const FormulaToken& token = tokens_[at_++];
  if (token.kind == Kind::name && token.text == "Q" && now().is("(")) {
    ++at_;
    if (now().kind != Kind::text) {
      refuse("Q(\"a name\") is a column");
    }
    std::string name = tokens_[at_++].text;
    expect(")");
    return name;
  }
  return token.text;
}

int FormulaParser::whole_number(int most, const char* rule) {
  const ParsedNumber number = parse_number(now().text);
  const bool is_whole = now().kind == Kind::number && number.status == NumberStatus::ok && number.value >= 1 &&
                        number.value <= most && number.value == static_cast<int>(number.value);
  if (!is_whole) {
    refuse(fmt::format("{}, 1 to {}", rule, most));
  }
  ++at_;
  return static_cast<int>(number.value);
}

FormulaParser::Words FormulaParser::add_sum(FormulaExpression& expression) {
  Words words = add_product(expression);
  while (now().is("+") || now().is("-")) {
    const bool is_plus = tokens_[at_++].is("+");
    words += (is_plus ? " + " : " - ") + add_product(expression);
    expression.push(is_plus ? Operation::plus : Operation::minus);
  }
  return words;
}

FormulaParser::Words FormulaParser::add_product(FormulaExpression& expression) {
  Words words = add_signed(expression);
  while (now().is("*") || now().is("/")) {
    const bool is_times = tokens_[at_++].is("*");
    words += (is_times ? " * " : " / ") + add_signed(expression);
    expression.push(is_times ? Operation::times : Operation::over);
  }
  return words;
}

FormulaParser::Words FormulaParser::add_signed(FormulaExpression& expression) {
  descend();
  Words words;
  if (now().is("-") || now().is("+")) {
    const std::string sign = tokens_[at_++].text;
    words = sign + add_signed(expression);
    if (sign == "-") {
      expression.push(Operation::negative);
    }
  } else {
    words = add_power(expression);
  }
  --depth_;
  return words;
}

FormulaParser::Words FormulaParser::add_power(FormulaExpression& expression) {
  Words words = add_atom(expression);
  if (takes("^")) {
    words += " ** " + add_signed(expression);
    expression.push(Operation::power);
  }
  return words;
}

FormulaParser::Words FormulaParser::add_atom(FormulaExpression& expression) {
  const FormulaToken token = now();
  if (token.kind == Kind::number) {
    const ParsedNumber number = parse_number(token.text);
    if (number.status != NumberStatus::ok) {
      formula_error(token.position, fmt::format("the number {} is out of range", shown(token.text)));
    }
    ++at_;
    expression.push_number(number.value);
    return token.text;
  }
  if (takes("(")) {
    Words words = '(' + add_sum(expression) + ')';
    expect(")");
    return words;
  }
  if (is_call() && token.text != "Q") {
    const std::string name = without_numpy(token.text);
    const FormulaExpression::Function function = formula_function(name);
    if (function == nullptr) {
      refuse_function(token);
    }
    at_ += 2;
    Words words = name + '(' + add_sum(expression) + ')';
    expect(")");
    expression.push(function);
    return words;
  }
  if (token.kind != Kind::name && token.kind != Kind::quoted_name) {
    refuse(kArithmetic);
  }
  const std::string column = column_name();
  expression.push_column(column);
  return formula_name(column);
}

}  // namespace lockstep
