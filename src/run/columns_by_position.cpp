#include "run/columns_by_position.h"

#include "data/reader_common.h"
#include "io/printable.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace lockstep {

namespace {

enum class Role { feature, label, weight, offset, exposure, ignored };

std::optional<std::int64_t> place_of(const std::string& generated, std::int64_t columns) {
  for (std::int64_t i = 0; i < columns; ++i) {
    if (generated == generated_name(i)) {
      return i;
    }
  }
  return std::nullopt;
}

/// "c1", …, "cT" where features, label and all other columns of the training table have such names; else empty.
std::vector<std::string> generated_columns(const ModelFile& file, const ReadSettings& stored) {
  std::vector<std::string> known = file.feature_names;
  known.push_back(file.label_name);
  for (const std::string& name : {stored.weight_column, stored.offset_column, stored.exposure_column}) {
    if (!name.empty()) {
      known.push_back(name);
    }
  }
  std::ranges::copy(stored.drop, std::back_inserter(known));
  std::vector<std::string> names(known.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i] = generated_name(static_cast<std::int64_t>(i));
  }
  const bool are_generated = !file.feature_names.empty() && std::ranges::is_permutation(known, names);
  return are_generated ? names : std::vector<std::string>{};
}

/// What the columns of the training table are, in their order; empty where that is not known.
std::vector<Role> training_roles(const ModelFile& file, const ReadSettings& stored) {
  const std::vector<std::string> names = file.columns.empty() ? generated_columns(file, stored) : file.columns;
  std::vector<Role> roles;
  std::size_t features = 0;
  for (const std::string& name : names) {
    if (features < file.feature_names.size() && name == file.feature_names[features]) {
      roles.push_back(Role::feature);
      ++features;
    } else {
      roles.push_back(name == file.label_name          ? Role::label
                      : name == stored.weight_column   ? Role::weight
                      : name == stored.offset_column   ? Role::offset
                      : name == stored.exposure_column ? Role::exposure
                                                       : Role::ignored);
    }
  }
  const bool are_known = !names.empty() && static_cast<Index>(features) == file.model.features;
  return are_known ? roles : std::vector<Role>{};
}

/// As tables are read where nothing is said of their columns.
std::vector<Role> usual_roles(const ModelFile& file) {
  std::vector<Role> roles(static_cast<std::size_t>(file.model.features), Role::feature);
  roles.push_back(Role::label);
  return roles;
}

class ColumnMatch {
 public:
  ColumnMatch(ReadSettings read, const ReadSettings& stored, const ModelFile& file, std::int64_t columns)
      : stored_(stored), file_(file), columns_(columns), roles_(training_roles(file, stored)) {
    result_.read = std::move(read);
    knows_table_ = !roles_.empty();
    if (!knows_table_) {
      roles_ = usual_roles(file);
    }
    find_named();
  }

  StoredColumns run() {
    const auto rest = std::ssize(others_);
    if (rest == std::ssize(roles_)) {
      take_training_columns();
    } else if (columns_ == std::ssize(roles_) && names_no_feature()) {
      others_.resize(static_cast<std::size_t>(columns_));
      std::iota(others_.begin(), others_.end(), std::int64_t{0});
      take_training_columns();
    } else if (rest == file_.model.features && needs_nothing_else()) {
      take_features();
    } else {
      refuse();
    }
    return std::move(result_);
  }

 private:
  /// The columns that the user names, and all others.
  void find_named() {
    const ReadSettings& read = result_.read;
    std::vector<std::string> names = read.drop;
    for (const std::string& name :
         {read.label_column, read.weight_column, read.offset_column, read.exposure_column, read.id_column}) {
      names.push_back(name);
    }
    is_named_.assign(static_cast<std::size_t>(columns_), false);
    for (const std::string& name : names) {
      if (const auto place = place_of(name, columns_)) {
        is_named_[static_cast<std::size_t>(*place)] = true;
      }
    }
    for (std::int64_t i = 0; i < columns_; ++i) {
      if (!is_named_[static_cast<std::size_t>(i)]) {
        others_.push_back(i);
      }
    }
  }

  bool names_no_feature() const {
    for (std::size_t i = 0; i < roles_.size(); ++i) {
      if (is_named_[i] && roles_[i] == Role::feature) {
        return false;
      }
    }
    return true;
  }

  void take_training_columns() {
    std::string label;
    for (std::size_t i = 0; i < roles_.size(); ++i) {
      const std::int64_t place = others_[i];
      if (is_named_[static_cast<std::size_t>(place)] || roles_[i] == Role::feature) {
        continue;
      }
      const std::string name = generated_name(place);
      std::string* option = option_of(roles_[i]);
      if (option == nullptr || !option->empty()) {
        result_.read.drop.push_back(name);
        continue;
      }
      *option = name;
      if (roles_[i] == Role::label) {
        result_.label = result_.read.label_optional || !knows_table_ ? "" : file_.label_name;
        label = fmt::format(", the label{} in column {}",
                            file_.label_name.empty() ? "" : " '" + printable(file_.label_name) + "'", place + 1);
      }
    }
    result_.notice =
        fmt::format("{}: no header: {} columns are taken by their places for {}{}", result_.read.path, roles_.size(),
                    knows_table_ ? "those of the training data" : "the model's features", label);
  }

  /// Where `read` names the column of a role, or null where the role is not needed.
  std::string* option_of(Role role) {
    ReadSettings& read = result_.read;
    switch (role) {
      case Role::label:
        return &read.label_column;
      case Role::weight:
        return read.label_optional ? nullptr : &read.weight_column;
      case Role::offset:
        return &read.offset_column;
      case Role::exposure:
        return &read.exposure_column;
      case Role::feature:
      case Role::ignored:
        break;
    }
    return nullptr;
  }

  bool needs_nothing_else() const {
    const ReadSettings& read = result_.read;
    return (read.label_optional || !read.label_column.empty()) &&
           (stored_.offset_column.empty() || !read.offset_column.empty()) &&
           (stored_.exposure_column.empty() || !read.exposure_column.empty());
  }

  void take_features() {
    ReadSettings& read = result_.read;
    if (!read.label_optional && read.weight_column.empty()) {
      result_.missing_weight = stored_.weight_column;
    }
    result_.notice = fmt::format("{}: no header: {} columns are taken by their places for the model's features",
                                 read.path, file_.model.features);
  }

  [[noreturn]] void refuse() const {
    const ReadSettings& read = result_.read;
    const std::int64_t named = std::ranges::count(is_named_, true);
    const auto others = std::ssize(roles_) - file_.model.features - 1;
    throw DataError(
        {read.path, 0, 0},
        fmt::format(
            "has no header and {} columns{}, but the model {} {}: {} features, the label{}{}; give these in their "
            "order{}",
            columns_, named == 0 ? "" : fmt::format(", {} of them named by options", named),
            knows_table_ ? "was trained on" : "takes", roles_.size(), file_.model.features,
            file_.label_name.empty() ? "" : " '" + printable(file_.label_name) + "'",
            others == 0 ? "" : fmt::format(" and {} more", others),
            read.label_optional && stored_.offset_column.empty() && stored_.exposure_column.empty()
                ? ", or the features alone"
                : ", or the features and columns that options name (--label-column c1)"));
  }

  const ReadSettings& stored_;
  const ModelFile& file_;
  std::int64_t columns_;
  std::vector<Role> roles_;
  bool knows_table_ = false;
  StoredColumns result_;
  std::vector<bool> is_named_;        // by the user, one a column
  std::vector<std::int64_t> others_;  // places of the other columns
};

}  // namespace

StoredColumns columns_by_position(ReadSettings read, const ReadSettings& stored, const ModelFile& file,
                                  std::int64_t columns) {
  return ColumnMatch(std::move(read), stored, file, columns).run();
}

}  // namespace lockstep
