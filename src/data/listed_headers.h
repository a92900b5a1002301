/// The headers of CSV files that are read as one.
#pragma once

#include "data/reader.h"
#include "data/text_files.h"

#include <string>
#include <vector>

namespace lockstep {

/// Leaves the header of the first file, with the lines above it, out of the others. `settings` name the first file, and
/// `first` is that. A file without the header, as split makes them, is noted. Throws DataError for one that has
/// another.
void skip_headers(const ReadSettings& settings, const InputFile& first, std::vector<ListedFile>& files,
                  std::vector<std::string>& notices);

}  // namespace lockstep
