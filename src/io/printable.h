/// Text of unknown origin (names in a data file, a lock file) made fit for a message.
#pragma once

#include <string>
#include <string_view>

namespace lockstep {

/// The text with control characters, DEL and bytes outside ASCII shown as "\xNN", cut after `limit`
/// characters.
std::string printable(std::string_view text, std::size_t limit = 200);

}  // namespace lockstep
