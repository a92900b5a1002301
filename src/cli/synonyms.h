/// What options and commands of other programs are called here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

struct Meaning {
  std::string name;  ///< of a known option or command; empty: none
  std::string note;  ///< what is different here, or why there is none; empty: nothing
};

/// What `name` (without dashes, in any case, '_' as '-') means elsewhere, of the names that are known here.
Meaning meaning_of(std::string_view name, const std::vector<std::string>& known);

}  // namespace lockstep
