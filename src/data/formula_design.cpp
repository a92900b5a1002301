#include "data/formula_design.h"

#include "data/text_error.h"
#include "data/text_number.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

using Kind = FormulaFactor::Kind;

/// The factors of a term that are numbers, ascending: terms with the same ones are coded together.
FormulaTerm numbers_of(const FormulaTerm& term, const auto& is_category) {
  FormulaTerm numbers;
  std::ranges::copy_if(term, std::back_inserter(numbers), [&](std::size_t factor) { return !is_category(factor); });
  std::ranges::sort(numbers);
  return numbers;
}

}  // namespace

FormulaDesign::FormulaDesign(const Schema& schema) {
  const Formula formula = parse_formula(schema.formula.text, {});
  Features features;
  for (const Index place : schema.inputs()) {
    const Column& column = schema.columns[static_cast<std::size_t>(place)];
    features.emplace(column.name, std::pair(static_cast<Index>(features.size()), &column));
  }
  for (const FormulaFactor& factor : formula.factors) {
    add_part(factor, features, schema.formula.bases);
  }
  const auto polynomials = std::ranges::count(formula.factors, Kind::polynomial, &FormulaFactor::kind);
  if (polynomials != std::ssize(schema.formula.bases)) {
    throw ConfigurationError(fmt::format("the formula has {} polynomials, and there are {} bases", polynomials,
                                         schema.formula.bases.size()));
  }
  add_blocks(formula);
}

void FormulaDesign::add_part(const FormulaFactor& factor, const Features& features,
                             const std::vector<PolynomialBasis>& bases) {
  Part part{.factor = factor, .inputs = {}};
  for (const std::string& name : factor.columns()) {
    const auto found = features.find(name);
    if (found == features.end()) {
      throw ConfigurationError(fmt::format("the formula has a column {}, which is no feature", shown(name)));
    }
    const Column& column = *found->second.second;
    part.inputs.push_back(found->second.first);
    const bool is_category = column.kind == ColumnKind::category;
    if (is_category != (factor.kind == Kind::category) && factor.kind != Kind::column) {
      throw ConfigurationError(
          fmt::format("the column {} of {} is {} category", shown(name), factor.name, is_category ? "a" : "no"));
    }
    if (is_category) {
      part.category = column;
    }
  }
  part.values.resize(1);
  if (factor.kind == Kind::polynomial) {
    const auto before =
        static_cast<std::size_t>(std::ranges::count_if(parts_, [](const Part& one) { return one.basis.has_value(); }));
    if (before >= bases.size() || bases[before].degree() != factor.degree) {
      throw ConfigurationError(fmt::format("there is no basis of {}", factor.name));
    }
    part.basis = bases[before];
    part.values.resize(static_cast<std::size_t>(factor.degree));
  }
  parts_.push_back(std::move(part));
}

void FormulaDesign::add_blocks(const Formula& formula) {
  const auto is_category = [&](std::size_t factor) { return parts_[factor].category.has_value(); };
  std::map<FormulaTerm, std::vector<FormulaTerm>> terms_of_numbers;
  std::vector<FormulaTerm> groups = {{}};  // the one without numbers first
  for (const FormulaTerm& term : formula.terms) {
    const FormulaTerm numbers = numbers_of(term, is_category);
    std::vector<FormulaTerm>& terms = terms_of_numbers[numbers];
    if (terms.empty() && !numbers.empty()) {
      groups.push_back(numbers);
    }
    terms.push_back(term);
  }
  for (const FormulaTerm& group : groups) {
    std::vector<FormulaTerm>& terms = terms_of_numbers[group];
    std::ranges::stable_sort(terms, {}, [](const FormulaTerm& term) { return term.size(); });
    TermCoding coding;
    if (group.empty() && formula.has_intercept) {
      coding.add({});
    }
    for (const FormulaTerm& term : terms) {
      FormulaTerm categories;
      std::ranges::copy_if(term, std::back_inserter(categories), is_category);
      for (const std::vector<CodedCategory>& run : coding.add(categories)) {
        add_block(term, run);
      }
    }
  }
}

/// Numbers, and the categories of the run.
void FormulaDesign::add_block(const FormulaTerm& term, const std::vector<CodedCategory>& run) {
  Block block{.first = columns_, .factors = {}};
  for (const std::size_t factor : term) {
    const Part& part = parts_[factor];
    Coded coded{.part = factor, .width = std::ssize(part.values)};
    if (part.category) {
      const auto found = std::ranges::find(run, factor, &CodedCategory::factor);
      if (found == run.end()) {
        continue;
      }
      const auto levels = std::ssize(part.category->levels);
      coded.has_all_levels = found->has_all_levels;
      coded.width = coded.has_all_levels || part.category->reference < 0 ? levels : levels - 1;
    }
    constexpr Index most = std::numeric_limits<std::int32_t>::max();
    if (coded.width > 0 && block.width > most / coded.width) {
      throw ConfigurationError("the formula makes more than 2^31 - 1 columns");
    }
    block.width *= coded.width;
    block.factors.push_back(coded);
  }
  if (block.width > std::numeric_limits<std::int32_t>::max() - columns_) {
    throw ConfigurationError("the formula makes more than 2^31 - 1 columns");
  }
  columns_ += block.width;
  blocks_.push_back(std::move(block));
}

std::vector<std::string> FormulaDesign::names() const {
  std::vector<std::string> names;
  for (const Block& block : blocks_) {
    for (Index k = 0; k < block.width; ++k) {
      names.push_back(name_of(block, k));
    }
  }
  return names;
}

std::string FormulaDesign::name_of(const Block& block, Index k) const {
  std::string name;
  for (const Coded& coded : block.factors) {
    name.append(name.empty() ? "" : ":").append(name_within(coded, k % coded.width));
    k /= coded.width;
  }
  return name;
}

std::string FormulaDesign::name_within(const Coded& coded, Index k) const {
  const Part& part = parts_[coded.part];
  if (!part.category) {
    return part.basis ? fmt::format("{}[{}]", part.factor.name, k + 1) : part.factor.name;
  }
  const Index reference = part.category->reference;
  const Index code = coded.has_all_levels || reference < 0 || k < reference ? k : k + 1;
  return fmt::format("{}[{}{}]", part.factor.name, coded.has_all_levels ? "" : "T.",
                     part.category->levels[static_cast<std::size_t>(code)]);
}

Index FormulaDesign::most_entries() const {
  Index most = 0;
  for (const Block& block : blocks_) {
    Index entries = block.width > 0 ? 1 : 0;
    for (const Coded& coded : block.factors) {
      entries *= parts_[coded.part].category ? 1 : coded.width;
    }
    most += entries;
  }
  return most;
}

void FormulaDesign::encode(std::span<const double> inputs, std::vector<std::int32_t>& column,
                           std::vector<double>& value) {
  for (Part& part : parts_) {
    evaluate(part, inputs);
  }
  for (const Block& block : blocks_) {
    put_block(block, column, value);
  }
}

void FormulaDesign::evaluate(Part& part, std::span<const double> inputs) {
  const auto input = [&](Index place) { return inputs[static_cast<std::size_t>(place)]; };
  if (part.factor.kind == Kind::column || part.factor.kind == Kind::category) {
    part.values.front() = input(part.inputs.front());
    return;
  }
  arguments_.clear();
  std::ranges::transform(part.inputs, std::back_inserter(arguments_), input);
  const double x = part.factor.expression.value(arguments_, stack_);
  part.values.front() = x;
  if (part.basis) {
    part.basis->values(x, part.values);
  }
  if (!std::isfinite(x) || !std::ranges::all_of(part.values, [](double one) { return std::isfinite(one); })) {
    std::string of;
    for (std::size_t i = 0; i < arguments_.size(); ++i) {
      of +=
          fmt::format("{}{} = {}", i == 0 ? " where " : ", ", shown(part.factor.columns()[i]), shortest(arguments_[i]));
    }
    throw FormulaValueError(
        part.inputs.empty() ? 0 : part.inputs.front(),
        fmt::format("{} is {}{}", part.factor.name, std::isnan(x) ? "no number" : "not finite", of));
  }
}

void FormulaDesign::put_block(const Block& block, std::vector<std::int32_t>& column, std::vector<double>& value) {
  // The digits of a column are the columns of its factors, those of the first changing fastest: those of categories are
  // given, those of numbers take all values.
  digits_.assign(block.factors.size(), 0);
  for (std::size_t i = 0; i < block.factors.size(); ++i) {
    const Part& part = parts_[block.factors[i].part];
    if (part.category) {
      const auto code = static_cast<Index>(part.values.front());
      digits_[i] = code < 0 || block.factors[i].has_all_levels ? code : part.category->place_of_level(code);
      if (digits_[i] < 0) {
        return;
      }
    }
  }
  for (bool is_last = false; !is_last;) {
    double product = 1;
    Index place = 0;
    Index stride = 1;
    is_last = true;
    for (std::size_t i = 0; i < block.factors.size(); ++i) {
      const Part& part = parts_[block.factors[i].part];
      product *= part.category ? 1 : part.values[static_cast<std::size_t>(digits_[i])];
      place += stride * digits_[i];
      stride *= block.factors[i].width;
    }
    if (!std::isfinite(product)) {
      throw FormulaValueError(parts_[block.factors.front().part].inputs.front(),
                              fmt::format("{} is not finite", name_of(block, place)));
    }
    if (product != 0) {
      column.push_back(static_cast<std::int32_t>(block.first + place));
      value.push_back(product);
    }
    for (std::size_t i = 0; i < block.factors.size() && is_last; ++i) {
      const Part& part = parts_[block.factors[i].part];
      if (!part.category) {
        const bool overflows = digits_[i] + 1 == block.factors[i].width;
        digits_[i] = overflows ? 0 : digits_[i] + 1;
        is_last = overflows;
      }
    }
  }
}

}  // namespace lockstep
