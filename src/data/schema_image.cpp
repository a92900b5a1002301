#include "data/schema_image.h"

#include "comm/summation_tree.h"
#include "data/formula_design.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr const char* kName = "/schema/name";
constexpr const char* kRole = "/schema/role";
constexpr const char* kKind = "/schema/kind";
constexpr const char* kFeature = "/schema/feature";
constexpr const char* kWidth = "/schema/width";
constexpr const char* kLevelCount = "/schema/level_count";
constexpr const char* kLevels = "/schema/levels";
constexpr const char* kIsTable = "/schema/is_table";
// Where some column has them.
constexpr const char* kReference = "/schema/reference";
constexpr const char* kFill = "/schema/fill";
constexpr const char* kMarksMissing = "/schema/marks_missing";
constexpr const char* kMissing = "/schema/missing";
// Where there is a formula.
constexpr const char* kFormula = "/schema/formula";
constexpr const char* kPolynomials = "/schema/polynomials";
/// Of the version before.
constexpr const char* kColumns = "/provenance/columns";

std::vector<std::string> texts_of(const Schema& schema, auto text) {
  std::vector<std::string> texts;
  std::ranges::transform(schema.columns, std::back_inserter(texts), text);
  return texts;
}

/// Whether there are categories or missing values in it.
bool has_encoding(const Schema& schema) {
  return schema.missing != MissingPolicy::error || std::ranges::any_of(schema.columns, [](const Column& column) {
           return column.kind == ColumnKind::category || column.marks_missing;
         });
}

void write_encoding(const Schema& schema, Hdf5Writer& image) {
  std::vector<std::int64_t> reference;
  std::vector<double> fill;
  std::vector<std::int64_t> marks;
  for (const Column& column : schema.columns) {
    reference.push_back(column.reference);
    fill.push_back(column.fill);
    marks.push_back(column.marks_missing ? 1 : 0);
  }
  image.write(kReference, reference);
  image.write(kFill, std::span<const double>(fill));
  image.write(kMarksMissing, marks);
  image.write(kMissing, to_string(schema.missing));
}

std::vector<double> numbers_of(const PolynomialBasis& basis) {
  std::vector<double> numbers = {basis.centre, basis.scale};
  std::ranges::copy(basis.alpha, std::back_inserter(numbers));
  std::ranges::copy(basis.norm2, std::back_inserter(numbers));
  return numbers;
}

void write_formula(const SchemaFormula& formula, Hdf5Writer& image) {
  std::vector<double> numbers;
  for (const PolynomialBasis& basis : formula.bases) {
    std::ranges::copy(numbers_of(basis), std::back_inserter(numbers));
  }
  image.write(kFormula, formula.text);
  image.write(kPolynomials, std::span<const double>(numbers));
}

/// What is left of the formula once the columns are known. Throws ConfigurationError for one that does not fit them.
void read_formula(Hdf5ImageReader& image, Index features, Schema& schema) {
  if (schema.formula.empty()) {
    return;
  }
  const std::vector<double> numbers = image.read_doubles(kPolynomials);
  auto next = numbers.begin();
  for (const FormulaFactor& factor : parse_formula(schema.formula.text, {}).factors) {
    const std::ptrdiff_t degree = factor.degree;
    if (factor.kind != FormulaFactor::Kind::polynomial || numbers.end() - next < 2 * degree + 3) {
      continue;
    }
    schema.formula.bases.push_back({.centre = next[0],
                                    .scale = next[1],
                                    .alpha = {next + 2, next + 2 + degree},
                                    .norm2 = {next + 2 + degree, next + 3 + 2 * degree}});
    next += 2 * degree + 3;
  }
  const bool are_good =
      std::ranges::all_of(numbers, [](double x) { return std::isfinite(x); }) &&
      std::ranges::all_of(schema.formula.bases, [](const PolynomialBasis& basis) {
        return basis.scale > 0 && std::ranges::all_of(basis.norm2, [](double norm2) { return norm2 > 0; });
      });
  if (next != numbers.end() || !are_good) {
    throw ConfigurationError("/schema/polynomials are not those of the formula");
  }
  const FormulaDesign design(schema);
  if (design.columns() != features) {  // so many names there are
    throw ConfigurationError("the formula does not fit the coefficients");
  }
  schema.formula.names = design.names();
}

/// False where the numbers of columns differ, or what is read cannot be.
bool read_encoding(Hdf5ImageReader& image, Schema& schema) {
  if (!image.has(kMissing)) {
    return !has_encoding(schema);
  }
  const std::vector<std::int64_t> reference = image.read_integers(kReference);
  const std::vector<double> fill = image.read_doubles(kFill);
  const std::vector<std::int64_t> marks = image.read_integers(kMarksMissing);
  schema.missing = missing_policy(image.read_text(kMissing));
  const std::size_t columns = schema.columns.size();
  if (reference.size() != columns || fill.size() != columns || marks.size() != columns) {
    return false;
  }
  for (std::size_t i = 0; i < columns; ++i) {
    Column& column = schema.columns[i];
    const auto levels = std::ssize(column.levels);
    column.reference = reference[i];
    column.fill = fill[i];
    column.marks_missing = marks[i] != 0;
    const bool is_category = column.kind == ColumnKind::category;
    const bool is_level = column.fill >= -1 && column.fill < std::max<double>(1, static_cast<double>(levels)) &&
                          column.fill == std::floor(column.fill);
    const Index encoded = !schema.formula.empty() ? 1
                                                  : (is_category ? levels - (column.reference >= 0 ? 1 : 0) : 1) +
                                                        (column.marks_missing ? 1 : 0);
    if (!std::isfinite(column.fill) || column.reference < -1 || column.reference >= std::max<Index>(0, levels) ||
        (is_category && !is_level) ||
        (column.role == ColumnRole::feature && (is_category || column.marks_missing) && column.width != encoded)) {
      return false;
    }
  }
  return true;
}

Schema read_stored(Hdf5ImageReader& image, Index features, const std::string& path) {
  const std::vector<std::string> name = image.read_texts(kName);
  const std::vector<std::string> role = image.read_texts(kRole);
  const std::vector<std::string> kind = image.read_texts(kKind);
  const std::vector<std::int64_t> feature = image.read_integers(kFeature);
  const std::vector<std::int64_t> width = image.read_integers(kWidth);
  const std::vector<std::int64_t> count = image.read_integers(kLevelCount);
  const std::vector<std::string> levels = image.read_texts(kLevels);
  Schema schema;
  schema.is_table = image.read_integer(kIsTable) != 0;
  schema.formula.text = image.has(kFormula) ? image.read_text(kFormula) : "";
  std::size_t next = 0;
  const std::array<std::size_t, 5> sizes = {role.size(), kind.size(), feature.size(), width.size(), count.size()};
  const bool are_columns = std::ranges::all_of(sizes, [&](std::size_t size) { return size == name.size(); });
  for (std::size_t i = 0; are_columns && i < name.size(); ++i) {
    Column& column = schema.columns.emplace_back();
    column.name = name[i];
    column.role = column_role(role[i]);
    column.kind = column_kind(kind[i]);
    column.feature = feature[i];
    column.width = width[i];
    if (count[i] < 0 || count[i] > std::ssize(levels) - static_cast<std::int64_t>(next)) {
      break;  // next stays below them all
    }
    const auto begin = levels.begin() + static_cast<std::ptrdiff_t>(next);
    column.levels.assign(begin, begin + count[i]);
    next += static_cast<std::size_t>(count[i]);
  }
  if (!are_columns || next != levels.size() || !read_encoding(image, schema)) {
    throw DataError({path, 0, 0}, "/schema holds columns of different numbers");
  }
  read_formula(image, features, schema);
  return schema;
}

Schema read_names(Hdf5ImageReader& image, Index features) {
  const std::vector<std::string> names = image.read_texts("/feature_names");
  const std::string label = image.read_text("/provenance/label");
  std::vector<std::string> classes = image.read_texts("/class_names");
  const std::vector<std::string> table = image.has(kColumns) ? image.read_texts(kColumns) : std::vector<std::string>{};
  return table.empty() ? schema_of_names(features, names, label, std::move(classes))
                       : schema_of_table(table, names, label, std::move(classes));
}

/// Every column of X is filled by one column, or by the formula, which takes every feature.
bool fills(const Schema& schema, Index features) {
  if (!schema.formula.empty()) {
    if (schema.features() != features) {
      return false;
    }
    features = std::ssize(schema.inputs());
  }
  std::vector<Run> runs;
  for (const Column& column : schema.columns) {
    if (column.role == ColumnRole::feature) {
      if (column.feature < 0 || column.width < 0 || column.width > features - column.feature) {
        return false;
      }
      runs.push_back({column.feature, column.feature + column.width});
    }
  }
  std::ranges::sort(runs, {}, &Run::begin);
  Index end = 0;
  for (const Run& run : runs) {
    if (run.begin != end) {
      return false;
    }
    end = run.end;
  }
  return end == features;
}

}  // namespace

void write_schema(const Schema& schema, Hdf5Writer& file) {
  std::vector<std::int64_t> feature;
  std::vector<std::int64_t> width;
  std::vector<std::int64_t> count;
  std::vector<std::string> levels;
  for (const Column& column : schema.columns) {
    feature.push_back(column.feature);
    width.push_back(column.width);
    count.push_back(std::ssize(column.levels));
    std::ranges::copy(column.levels, std::back_inserter(levels));
  }
  file.write(kName, texts_of(schema, &Column::name));
  file.write(kRole, texts_of(schema, [](const Column& column) { return to_string(column.role); }));
  file.write(kKind, texts_of(schema, [](const Column& column) { return to_string(column.kind); }));
  file.write(kFeature, feature);
  file.write(kWidth, width);
  file.write(kLevelCount, count);
  file.write(kLevels, levels);
  file.write_scalar(kIsTable, std::int64_t{schema.is_table ? 1 : 0});
  if (has_encoding(schema)) {
    write_encoding(schema, file);
  }
  if (!schema.formula.empty()) {
    write_formula(schema.formula, file);
  }
}

bool has_schema(const Hdf5ImageReader& image) {
  return image.has(kRole);
}

Schema read_schema(Hdf5ImageReader& image, Index features, const std::string& path) {
  Schema schema = has_schema(image) ? read_stored(image, features, path) : read_names(image, features);
  if (!fills(schema, features)) {
    throw DataError({path, 0, 0}, "names do not fit the coefficients");
  }
  return schema;
}

std::optional<Schema> stored_table(Hdf5ImageReader& file, Index features, const std::string& path) {
  if (!has_schema(file)) {
    return std::nullopt;
  }
  Schema schema = read_schema(file, features, path);
  return schema.is_table || schema.is_hashed() ? std::optional(std::move(schema)) : std::nullopt;
}

std::vector<std::string> schema_words(const Schema& schema) {
  std::vector<std::string> words = {schema.is_table ? "table" : "columns"};
  for (const Column& column : schema.columns) {
    words.insert(words.end(),
                 {column.name, to_string(column.role), to_string(column.kind), std::to_string(column.feature),
                  std::to_string(column.width), std::to_string(column.levels.size())});
    std::ranges::copy(column.levels, std::back_inserter(words));
    if (has_encoding(schema)) {
      words.insert(words.end(), {fmt::format("{} {:a} {}", column.reference, column.fill, column.marks_missing)});
    }
  }
  if (has_encoding(schema)) {
    words.push_back(to_string(schema.missing));
  }
  if (!schema.formula.empty()) {
    words.push_back(schema.formula.text);
    for (const PolynomialBasis& basis : schema.formula.bases) {
      words.push_back(fmt::format("{:a}", fmt::join(numbers_of(basis), " ")));
    }
  }
  return words;
}

}  // namespace lockstep
