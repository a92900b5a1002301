/// Room for what a run writes, asked for before training rather than after hours of it.
#pragma once

#include <string>

namespace lockstep {

/// What is wrong with `free` bytes where checkpoints of so many are written, and `keep` of them kept beside the model:
/// less than one takes is an Error (cannot_create), less than all take the warning that is returned; else empty.
std::string shortage_of_space(const std::string& folder, double free, double checkpoint_bytes, int keep);

/// Throws Error (cannot_create) where a file of about so many bytes has no room in the folder it is to stand in.
void require_room(const std::string& path, const std::string& folder, double bytes);

/// Of the file system of a folder, to this user. Infinite where it does not say.
double free_bytes(const std::string& folder);

}  // namespace lockstep
