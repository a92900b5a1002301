/// Lists of texts as one text, for messages between ranks.
#pragma once

#include <string>
#include <vector>

namespace lockstep {

/// The texts in one, each behind its length, so that any byte may stand in them.
std::string packed(const std::vector<std::string>& texts);

/// Appends the texts of packed() to `texts`.
void unpack(const std::string& all, std::vector<std::string>& texts);

}  // namespace lockstep
