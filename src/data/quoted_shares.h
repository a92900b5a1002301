/// Shares of a text whose records hold line ends in quotes.
#pragma once

#include "data/text_share.h"

#include <string_view>

namespace lockstep {

class Communicator;

/// The share from a true begin of a record on: each rank follows the quotes of its bytes from every
/// state that they may begin in, and the states that they do begin in follow from those of the ranks before. One pass
/// over the bytes. Collective.
TextShare quoted_share(Communicator& comm, const InputFile& file, TextShare share, std::string_view delimiters);

}  // namespace lockstep
