/// HDF5's C interface made safe: one move-only owner a kind of handle, one lock for the process, every call
/// checked.
///
/// HDF5 is used serially. The first lock taken sets the library up for files of unknown origin: nothing is
/// printed, no plugin is loaded, and external links cannot be followed by anybody in this process.
#pragma once

#include "lockstep/base/errors.h"

#include <mutex>
#include <string>
#include <utility>

#include <hdf5.h>

namespace lockstep {

/// Lock held around all HDF5 calls of the process; recursive, so that owners may close inside it.
std::unique_lock<std::recursive_mutex> hdf5_lock();

/// Owner of one HDF5 handle; `Close` is the call that gives it back.
template <herr_t (*Close)(hid_t)>
class Hdf5Handle {
 public:
  Hdf5Handle() = default;
  explicit Hdf5Handle(hid_t id) : id_(id) {}
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Hdf5Handle() {
    if (id_ >= 0) {
      const auto lock = hdf5_lock();
      Close(id_);
    }
  }
  hid_t id() const { return id_; }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

using Hdf5File = Hdf5Handle<H5Fclose>;
using Hdf5Group = Hdf5Handle<H5Gclose>;
using Hdf5Object = Hdf5Handle<H5Oclose>;
using Hdf5Dataset = Hdf5Handle<H5Dclose>;
using Hdf5Space = Hdf5Handle<H5Sclose>;
using Hdf5Type = Hdf5Handle<H5Tclose>;
using Hdf5Attribute = Hdf5Handle<H5Aclose>;
using Hdf5Properties = Hdf5Handle<H5Pclose>;

/// What a call was made on, for its message, and the exit code should it fail.
struct Hdf5Place {
  std::string file;
  std::string object;                  ///< "/X/data"; empty: the file itself
  ExitCode code = ExitCode::bad_data;  ///< bad_data for input, internal for images built in memory
};

/// Throws "FILE: /object: CALL failed (HDF5's innermost message)": DataError where the code is bad_data. When
/// HDF5 ran out of memory outside input, the code is out_of_memory.
[[noreturn]] void throw_hdf5_error(const Hdf5Place& place, const char* call);

/// `result` when it is not negative; otherwise throws. To be called inside the lock, right after the call.
template <typename Result>
Result checked(Result result, const char* call, const Hdf5Place& place) {
  if (result < 0) {
    throw_hdf5_error(place, call);
  }
  return result;
}

/// Owner of a checked handle: owned<Hdf5Space>(H5Screate(H5S_SCALAR), "H5Screate", place).
template <typename Owner>
Owner owned(hid_t id, const char* call, const Hdf5Place& place) {
  return Owner(checked(id, call, place));
}

/// A name for a file of the core driver. HDF5 takes two open ones of one name for the same file, and opens an
/// image only under a name that does not exist on disk.
std::string unique_image_name();

}  // namespace lockstep
