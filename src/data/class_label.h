/// From the text of a label to the name of its class.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/// The number that a text writes, in its shortest form ("+1", "1.0", "01" → "1"), other text unchanged. Numbers from
/// 2^53 on are text: a double would merge neighbours.
std::string canonical_label(const std::string& text);

/// The class that a label names: a number as above, but with all its digits where it is whole (100000, not 1e+05); one
/// with a leading zero is a code and kept ("007" is not "7"); other text unchanged.
std::string class_label(const std::string& text);

/// Class order: ascending by value when all are numbers, else by bytes. Duplicates removed. For canonical
/// labels.
std::vector<std::string> ordered_classes(std::vector<std::string> labels);

/// The whole text is a finite number.
bool is_number(const std::string& text);

/// The number that a label writes and how it is spelled, with a blank between; alike for +1, 1 and 1.0, but not for 1.1
/// and 1.10 or 7 and 007.
std::string number_and_spelling(const std::string& text);

}  // namespace lockstep
