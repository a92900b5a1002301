/// Replacing a file so that, whatever happens and whenever, either the old or the new content is there,
/// complete.
#pragma once

#include "io/temporary_file.h"

#include <cstddef>
#include <span>
#include <string>

namespace lockstep {

/// Writes `bytes` to DIRECTORY/NAME: new temporary file → write → fsync → read back and compare → rename →
/// fsync of the directory. A symbolic link at NAME is replaced, not followed. On failure the temporary file
/// is removed and SystemError (write; create_output where the folder itself is unusable) or Error (io_error,
/// content read back differs) thrown; the old content then still stands, or, if only the last step failed,
/// the new one. A failed fsync is never repeated on the same file, whose dirty pages the kernel may have
/// dropped: after an interrupted one a new file is begun.
void replace_durably(FileSystem& files, const std::string& directory, const std::string& name,
                     std::span<const std::byte> bytes);

/// Removes regular files named `.tmp-*` that a killed job left behind; the caller holds the folder's lock.
/// Returns their number; those that cannot be removed stay. Throws SystemError (read_input) when the folder
/// cannot be listed.
int remove_leftovers(FileSystem& files, const std::string& directory);

}  // namespace lockstep
