/// Files that are no data file of ours, told by their first bytes.
#pragma once

#include <string>
#include <string_view>

namespace lockstep {

/// Name of the compression (or archive) whose signature `head` begins with; empty: none.
std::string_view compression_of(std::string_view head);

/// The program that undoes a compression.
std::string_view program_against(std::string_view compression);

/// Throws DataError for a compression that is not read, naming the program that undoes it.
[[noreturn]] void refuse_compression(const std::string& path, std::string_view compression, std::string_view head);

/// Throws DataError where the first bytes of a file are those of another format (NumPy, Parquet, MATLAB, spreadsheets,
/// …), naming what is read and how to convert; of text that is not UTF-8 but UTF-16 or UTF-32; or of text with lone CR
/// line ends.
void refuse_foreign_format(const std::string& path, std::string_view head);

}  // namespace lockstep
