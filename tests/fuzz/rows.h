/// Data files read as the trainer reads them.
#pragma once

#include "data/reader.h"

#include "fuzz_input.h"

namespace lockstep::fuzz {

/// The settings that all formats have: a kind of label, whether it may lack, a model that is given, the head alone.
ReadSettings chosen_settings(FuzzInput& input, std::string_view format);

/// Reads the rows. Requires of those that are read what the trainer relies on: columns that fit, finite
/// numbers.
void read_rows_of(const ReadSettings& settings);

/// Requires that lines read in shares are those read at once, byte for byte.
void require_shares_make_the_whole(const std::string& path);

}  // namespace lockstep::fuzz
