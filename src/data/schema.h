/// What the columns of a data file mean: learned while it is read, kept in the model.
#pragma once

#include "lockstep/base/types.h"

#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

enum class ColumnRole { ignored, feature, label, weight, offset, exposure, id };

/// How the values of a column are taken; number where they are not.
enum class ColumnKind {
  number,
  boolean,  ///< True and False, taken for 1 and 0
  text      ///< a class, or an id
};

std::string to_string(ColumnRole role);
std::string to_string(ColumnKind kind);
/// Throw ConfigurationError for a word that is none of theirs.
ColumnRole column_role(std::string_view word);
ColumnKind column_kind(std::string_view word);

struct Column {
  std::string name = {};  ///< empty: it has none
  ColumnRole role = ColumnRole::feature;
  ColumnKind kind = ColumnKind::number;
  Index feature = -1;  ///< of a feature: the first column of X that it fills; else −1
  Index width = 1;     ///< columns of X that it fills: a run of features without names is one column
  std::vector<std::string> levels =
      {};  ///< of a text: its values in the order of their codes; empty: not known, or any

  friend bool operator==(const Column&, const Column&) = default;
};

/// At most one column has a role, features and ignored ones apart.
struct Schema {
  std::vector<Column> columns;
  bool is_table = false;  ///< the columns stand in this order in a table (CSV); else their order tells nothing

  /// The number of the column with this role (the first feature), or −1.
  Index place(ColumnRole role) const;
  const Column* find(ColumnRole role) const;

  /// d
  Index features() const;
  /// d names in the order of X; empty where the file has none.
  std::vector<std::string> feature_names() const;
  /// Empty where it has none.
  std::string feature_name(Index feature) const;

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
