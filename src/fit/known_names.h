/// Names for messages and help.
#pragma once

#include <string>
#include <vector>

namespace lockstep {

/// Throws ConfigurationError: `text` is none of the `known` names that `key` may have.
[[noreturn]] void throw_unknown_name(const char* key, const std::string& text, const std::vector<std::string>& known);

/// "a, b or c" with " or " before the last.
std::string joined(const std::vector<std::string>& names, const std::string& last);

}  // namespace lockstep
