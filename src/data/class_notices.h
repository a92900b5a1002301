/// What is said of classes that may not be meant as classes.
#pragma once

#include <string>
#include <vector>

namespace lockstep {

/// A class that is no number where all others are, and writes one in another way (1,5; 1 234) or stands for a missing
/// value (NA, none); empty: there is none, or some class is another text.
std::string miswritten_number(const std::vector<std::string>& classes);

/// The first of `known` that differs from `name` only in upper and lower case or in blanks around it; empty: none.
std::string alike(const std::string& name, const std::vector<std::string>& known);

/// At most two lines: the first classes that differ only in upper and lower case or in blanks around them, and the
/// classes whose names may stand for a missing value (none, unknown, -). `place`: "" or " in column 'y'".
std::vector<std::string> notices_of_classes(const std::string& path, const std::string& place,
                                            const std::vector<std::string>& classes);

}  // namespace lockstep
