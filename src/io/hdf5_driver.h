/// HDF5's bytes on their way into a TemporaryFile. Internal to io/.
///
/// HDF5 1.10 reports success on a full disk, and a file that fails to close is never closed. So HDF5 is told that all
/// is well: the first error is kept, and what comes after it is dropped.
#pragma once

#include "io/hdf5.h"
#include "io/temporary_file.h"

#include <exception>

namespace lockstep {

/// Where the bytes of one file go. Outlives the HDF5 file.
struct Hdf5Target {
  TemporaryFile file;
  std::exception_ptr error = nullptr;  ///< of the file; from then on nothing is written

  /// Throws the error.
  void require_written() const {
    if (error != nullptr) {
      std::rethrow_exception(error);
    }
  }
};

/// A new HDF5 file, without times, whose bytes go there. To be called inside the lock.
Hdf5File create_hdf5_in(Hdf5Target& target, const Hdf5Place& place);

}  // namespace lockstep
