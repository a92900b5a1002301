#include "data/csv_formula.h"

#include "comm/agreement.h"
#include "data/csv_rows.h"
#include "data/formula_design.h"
#include "data/reader_common.h"
#include "data/text_error.h"
#include "lockstep/base/errors.h"

#include <memory>
#include <span>
#include <unordered_set>

namespace lockstep {

namespace {

/// Keeps the features of rows.
class ValueSink final : public RowSink {
 public:
  void reserve(Index, Index) override {}
  void number(Index, double) override {}
  void text(Index, std::string_view) override {}
  void features(std::span<const double> values) override {
    values_.insert(values_.end(), values.begin(), values.end());
  }
  void entries(std::span<const std::int32_t>, std::span<const double>) override {}
  void end_row() override {}

  /// Of each row the one of that number, where a row has so many.
  std::vector<double> column(std::size_t number, std::size_t columns) const {
    std::vector<double> values;
    for (std::size_t i = number; i < values_.size(); i += columns) {
      values.push_back(values_[i]);
    }
    return values;
  }

 private:
  std::vector<double> values_;
};

/// The head of a file may have too few values for the degree, though the file has not.
PolynomialBasis basis_of(std::span<const double> values, int degree, const std::string& name,
                         const ReadSettings& settings, Communicator& comm) {
  try {
    return learn_basis(values, degree, settings.path + ": " + name, comm);
  } catch (const DataError&) {  // on every rank
    if (settings.head_bytes == 0) {
      throw;
    }
    return learn_basis({}, degree, settings.path, comm);
  }
}

}  // namespace

void refuse_beside_formula(const ReadSettings& settings, const Formula& formula) {
  const auto refuse = [&](bool given, const char* option, const char* instead) {
    if (given) {
      throw ConfigurationError(settings.path + ": " + option + " does not go with --formula: " + instead);
    }
  };
  const ReadSettings standard;
  refuse(!settings.label_column.empty() && settings.label_column != formula.response, "--label-column",
         "the formula begins with the label");
  refuse(settings.only != standard.only, "--only", "the formula names the columns");
  refuse(settings.categorical != standard.categorical, "--categorical", "C(NAME) in the formula is a category");
  refuse(settings.reference_policy != standard.reference_policy, "--drop-first",
         "the terms of the formula decide which levels have a coefficient");
  refuse(settings.missing == MissingPolicy::indicator, "--missing indicator",
         "error, drop or mean say what becomes of missing values");
}

void choose_categories_of_formula(const Formula& formula, const CsvSample& sample, std::vector<CsvColumn>& columns) {
  std::unordered_set<std::string> categories;
  std::unordered_set<std::string> numbers;
  for (const FormulaFactor& factor : formula.factors) {
    if (factor.kind == FormulaFactor::Kind::category) {
      categories.insert(factor.columns().front());
    } else if (factor.kind != FormulaFactor::Kind::column) {
      numbers.insert(factor.columns().begin(), factor.columns().end());
    }
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    CsvColumn& column = columns[i];
    const bool is_word = sample.columns[i].has_categories() && !numbers.contains(column.name);
    column.is_category = column.role == ColumnRole::feature && (categories.contains(column.name) || is_word);
  }
}

void learn_formula(const CsvLayout& layout, const ReadSettings& settings, const TextRules& rules, InputFile& file,
                   Schema& schema, Communicator& comm) {
  std::vector<const FormulaFactor*> polynomials;
  Formula arguments{.response = layout.formula.response, .has_intercept = false, .factors = {}, .terms = {}};
  for (const FormulaFactor& factor : layout.formula.factors) {
    if (factor.kind == FormulaFactor::Kind::polynomial) {
      polynomials.push_back(&factor);
      arguments.terms.push_back({arguments.factors.size()});
      arguments.factors.push_back({.name = factor.argument});
    }
  }
  if (!polynomials.empty()) {
    Schema of_arguments = schema;
    of_arguments.formula.text = arguments.text();
    ValueSink values;
    CsvTotals totals;
    const auto parser_of = [&](std::int64_t bytes, RowSink& to) {
      return std::make_unique<CsvRows>(layout, of_arguments, settings, bytes, to, totals);
    };
    parse_text(comm, file, layout.body, rules, values, parser_of);
    // Two polynomials of one argument share its column.
    const std::vector<std::string> names = FormulaDesign(of_arguments).names();
    for (const FormulaFactor* factor : polynomials) {
      const auto place = static_cast<std::size_t>(find_name(names, factor->argument));
      schema.formula.bases.push_back(
          basis_of(values.column(place, names.size()), factor->degree, factor->name, settings, comm));
    }
  }
  agree(comm, [&] {
    try {
      schema.formula.names = FormulaDesign(schema).names();
    } catch (const ConfigurationError& error) {
      throw ConfigurationError(settings.path + ": --formula: " + error.what());
    }
  });
}

}  // namespace lockstep
