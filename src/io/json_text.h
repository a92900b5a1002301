/// JSON as text, whatever bytes the names in it have.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace lockstep {

/// `indent` < 0: on one line. Bytes that are no UTF-8 become U+FFFD: data files may hold any, JSON may not.
template <typename Json>
std::string json_text(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace lockstep
