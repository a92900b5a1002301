/// What the columns of a data file mean: learned while it is read, kept in the model.
#pragma once

#include "data/polynomial_basis.h"
#include "lockstep/base/types.h"

#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

enum class ColumnRole {
  ignored,
  feature,
  label,
  weight,
  offset,
  exposure,
  id,
  group  ///< rows of one text belong together
};

/// How the values of a column are taken; number where they are not.
enum class ColumnKind {
  number,
  boolean,   ///< True and False, taken for 1 and 0
  text,      ///< a class, or an id
  category,  ///< one of its levels: 0 and 1 in a column of X each
  hashed     ///< names that share 2^B columns of X by their hashes: see vw_reader.h
};

/// What becomes of a row without a value.
enum class MissingPolicy {
  error,
  drop,      ///< the row is left out
  mean,      ///< the mean of the others stands for it, of a category the commonest level
  indicator  ///< the same for a number, no level for a category; and a column of X is 1 where a value is missing
};

std::string to_string(ColumnRole role);
std::string to_string(ColumnKind kind);
std::string to_string(MissingPolicy policy);
/// Throw ConfigurationError for a word that is none of theirs.
ColumnRole column_role(std::string_view word);
ColumnKind column_kind(std::string_view word);
MissingPolicy missing_policy(std::string_view word);

struct Column {
  std::string name = {};  ///< empty: it has none
  ColumnRole role = ColumnRole::feature;
  ColumnKind kind = ColumnKind::number;
  Index feature = -1;  ///< of a feature: the first column of X that it fills; else −1
  Index width = 1;     ///< columns of X that it fills: a run of features without names is one column
  /// Of a text or category: its values in the order of their codes; empty: not known, or any.
  std::vector<std::string> levels = {};
  Index reference = -1;        ///< of a category: the level that has no column of X; −1: all have one
  double fill = 0;             ///< what stands for a missing number; of a category the code of a level
  bool marks_missing = false;  ///< the last of its columns of X is 1 where a value is missing, else 0

  /// Of a category: the place of a level's column among those of this one; −1: it has none.
  Index place_of_level(Index code) const {
    return code == reference ? -1 : code - (reference >= 0 && code > reference ? 1 : 0);
  }

  friend bool operator==(const Column&, const Column&) = default;
};

/// What a formula makes of the features (formula_design.h): then each feature has width 1 and its number among them for
/// its place, and X has the columns that the terms make of them.
struct SchemaFormula {
  std::string text = {};                    ///< as Formula::text() has it; empty: there is none
  std::vector<std::string> names = {};      ///< d, of the columns of X
  std::vector<PolynomialBasis> bases = {};  ///< of its polynomials, in the order of its factors

  bool empty() const { return text.empty(); }
  friend bool operator==(const SchemaFormula&, const SchemaFormula&) = default;
};

/// At most one column has a role, features and ignored ones apart.
struct Schema {
  std::vector<Column> columns;
  SchemaFormula formula = {};
  bool is_table = false;  ///< the columns stand in this order in a table (CSV); else their order tells nothing
  MissingPolicy missing = MissingPolicy::error;

  /// The number of the column with this role (the first feature), or −1.
  Index place(ColumnRole role) const;
  const Column* find(ColumnRole role) const;

  /// d
  Index features() const;
  /// d names in the order of X: those of the columns, "NAME=LEVEL" of a category's levels, "NAME=(missing)" of what
  /// marks missing values; a formula's; empty where the file has none.
  std::vector<std::string> feature_names() const;
  /// Empty where it has none.
  std::string feature_name(Index feature) const;

  /// The features by their numbers in `columns`, in the order of X.
  std::vector<Index> inputs() const;
  /// Their names; empty where the file has none.
  std::vector<std::string> input_names() const;
  /// Every feature is a number that fills one column of X of its own.
  bool is_plain() const;
  /// The features are hashed names.
  bool is_hashed() const;
  /// Gives the features their columns of X, in the order of their numbers there.
  void place_features();

  /// Empty where there is no label, or it has no name.
  std::string label_name() const;
  /// Of the label, in class order; empty where labels are numbers.
  const std::vector<std::string>& class_names() const;
  /// Makes the label one of these classes, or of numbers where there are none.
  void set_class_names(std::vector<std::string> classes);

  /// Of the columns of a table in file order; empty: it is none.
  std::vector<std::string> table_names() const;

  friend bool operator==(const Schema&, const Schema&) = default;
};

/// d features of these names, or without names where `names` is empty, and the label.
Schema schema_of_names(Index features, const std::vector<std::string>& names, const std::string& label,
                       std::vector<std::string> classes);

/// A table of columns `table`, of which `features` (in the order of X) and `label` have roles and all others are
/// ignored. Features that stand in another order in the table are left out.
Schema schema_of_table(const std::vector<std::string>& table, const std::vector<std::string>& features,
                       const std::string& label, std::vector<std::string> classes);

}  // namespace lockstep
