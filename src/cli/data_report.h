/// What a data file holds, for inspect.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace lockstep {

/// kind, format, rows, features, label, columns or the reach of the features, and what train would say: all of it, also
/// of a table that train would refuse. Reads the file. Throws what cannot be read at all. For one rank.
nlohmann::ordered_json describe_data(const std::string& path);

/// An entry of "columns" as a line: "age: feature, whole numbers, 17 to 90".
std::string line_of_column(const nlohmann::ordered_json& column);

}  // namespace lockstep
