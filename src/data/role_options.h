/// The options that name the column of a role: one row a role.
#pragma once

#include "data/reader.h"

#include <array>

namespace lockstep {

struct RoleOption {
  ColumnRole role;
  std::string ReadSettings::*column;
  const char* option;
};

inline constexpr std::array<RoleOption, 6> kRoleOptions = {{
    {ColumnRole::label, &ReadSettings::label_column, "--label-column"},
    {ColumnRole::weight, &ReadSettings::weight_column, "--weight-column"},
    {ColumnRole::offset, &ReadSettings::offset_column, "--offset-column"},
    {ColumnRole::exposure, &ReadSettings::exposure_column, "--exposure-column"},
    {ColumnRole::id, &ReadSettings::id_column, "--id-column"},
    {ColumnRole::group, &ReadSettings::group_column, "--group-column"},
}};

}  // namespace lockstep
