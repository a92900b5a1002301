#include "run/columns_by_position.h"

#include "data/reader_common.h"
#include "data/role_options.h"
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

std::optional<std::int64_t> place_of(const std::string& generated, std::int64_t columns) {
  for (std::int64_t i = 0; i < columns; ++i) {
    if (generated == generated_name(i)) {
      return i;
    }
  }
  return std::nullopt;
}

/// Columns of a table that the model's features come from.
Index columns_of_features(const ModelFile& file) {
  const auto names = std::ssize(file.schema.input_names());
  return names > 0 ? names : file.model.features;
}

/// "c1", …, "cT" where features, label and all other columns of the training table have such names; else empty.
std::vector<std::string> generated_columns(const Schema& schema, const ReadSettings& stored) {
  const std::vector<std::string> features = schema.input_names();
  std::vector<std::string> known = features;
  known.push_back(schema.label_name());
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
  return !features.empty() && std::ranges::is_permutation(known, names) ? names : std::vector<std::string>{};
}

/// The table that the model was trained on; without columns where it is not known.
Schema training_table(const Schema& schema, const ReadSettings& stored) {
  return schema.is_table
             ? schema
             : schema_of_table(generated_columns(schema, stored), schema.input_names(), schema.label_name(), {});
}

/// What the columns of the training table are, in their order; empty where that is not known. Models of an earlier
/// version have weight, offset and exposure in their configuration alone.
std::vector<ColumnRole> training_roles(const ModelFile& file, const ReadSettings& stored) {
  std::vector<ColumnRole> roles;
  Index features = 0;  // whose places are in the order of the table
  Index next = 0;
  for (const Column& column : training_table(file.schema, stored).columns) {
    const std::string& name = column.name;
    const bool is_next = column.role == ColumnRole::feature && column.feature == next;
    features += is_next ? 1 : 0;
    next += is_next ? column.width : 0;
    roles.push_back(column.role != ColumnRole::ignored ? column.role
                    : name == stored.weight_column     ? ColumnRole::weight
                    : name == stored.offset_column     ? ColumnRole::offset
                    : name == stored.exposure_column   ? ColumnRole::exposure
                                                       : ColumnRole::ignored);
  }
  const bool are_known = !roles.empty() && features == columns_of_features(file);
  return are_known ? roles : std::vector<ColumnRole>{};
}

/// As tables are read where nothing is said of their columns.
std::vector<ColumnRole> usual_roles(const ModelFile& file) {
  std::vector<ColumnRole> roles(static_cast<std::size_t>(columns_of_features(file)), ColumnRole::feature);
  roles.push_back(ColumnRole::label);
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
    } else if (rest == columns_of_features(file_) && needs_nothing_else()) {
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
    for (const RoleOption& role : kRoleOptions) {
      names.push_back(read.*role.column);
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
      if (is_named_[i] && roles_[i] == ColumnRole::feature) {
        return false;
      }
    }
    return true;
  }

  void take_training_columns() {
    std::string label;
    for (std::size_t i = 0; i < roles_.size(); ++i) {
      const std::int64_t place = others_[i];
      if (is_named_[static_cast<std::size_t>(place)] || roles_[i] == ColumnRole::feature) {
        continue;
      }
      const std::string name = generated_name(place);
      std::string* option = option_of(roles_[i]);
      if (option == nullptr || !option->empty()) {
        result_.read.drop.push_back(name);
        continue;
      }
      *option = name;
      if (roles_[i] == ColumnRole::label) {
        result_.label = result_.read.label_optional || !knows_table_ ? "" : file_.schema.label_name();
        label = fmt::format(", the label{} in column {}",
                            file_.schema.label_name().empty() ? "" : " '" + printable(file_.schema.label_name()) + "'",
                            place + 1);
      }
    }
    result_.notice =
        fmt::format("{}: no header: {} columns are taken by their places for {}{}", result_.read.path, roles_.size(),
                    knows_table_ ? "those of the training data" : "the model's features", label);
  }

  /// Where `read` names the column of a role, or null where the role is not needed.
  std::string* option_of(ColumnRole role) {
    ReadSettings& read = result_.read;
    switch (role) {
      case ColumnRole::label:
        return &read.label_column;
      case ColumnRole::weight:
        return read.label_optional ? nullptr : &read.weight_column;
      case ColumnRole::offset:
        return &read.offset_column;
      case ColumnRole::exposure:
        return &read.exposure_column;
      case ColumnRole::feature:
      case ColumnRole::group:
        return read.label_optional ? nullptr : &read.group_column;
      case ColumnRole::id:
      case ColumnRole::ignored:
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
                                 read.path, columns_of_features(file_));
  }

  [[noreturn]] void refuse() const {
    const ReadSettings& read = result_.read;
    const std::int64_t named = std::ranges::count(is_named_, true);
    const auto others = std::ssize(roles_) - columns_of_features(file_) - 1;
    throw DataError(
        {read.path, 0, 0},
        fmt::format(
            "has no header and {} columns{}, but the model {} {}: {} features, the label{}{}; give these in their "
            "order{}",
            columns_, named == 0 ? "" : fmt::format(", {} of them named by options", named),
            knows_table_ ? "was trained on" : "takes", roles_.size(), columns_of_features(file_),
            file_.schema.label_name().empty() ? "" : " '" + printable(file_.schema.label_name()) + "'",
            others == 0 ? "" : fmt::format(" and {} more", others),
            read.label_optional && stored_.offset_column.empty() && stored_.exposure_column.empty()
                ? ", or the features alone"
                : ", or the features and columns that options name (--label-column c1)"));
  }

  const ReadSettings& stored_;
  const ModelFile& file_;
  std::int64_t columns_;
  std::vector<ColumnRole> roles_;
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
