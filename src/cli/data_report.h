/// What a data file holds, for inspect.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace lockstep {

/// kind, format, rows, features, label, columns or the reach of the features, and what train would say: all of it, also
/// of a table that train would refuse. Reads the file. Throws what cannot be read at all. For one rank.
nlohmann::ordered_json describe_data(const std::string& path);

/// "columns" for a person, a line each: "age: feature, whole numbers, 17 to 90". Of many alike the first ones only, and
/// how many more there are.
std::string lines_of_columns(const nlohmann::ordered_json& columns, int indent);

}  // namespace lockstep
