#include "io/hdf5.h"

#include "fuzz_input.h"

namespace lockstep::fuzz {

Hdf5Use::Hdf5Use() {
  constexpr int bytes = 1 << 25;
  static const herr_t kept = H5set_free_list_limits(bytes, bytes, bytes, bytes, bytes, bytes);
  require(kept >= 0, "H5set_free_list_limits");
}

Hdf5Use::~Hdf5Use() {
  require(H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_ALL) == 0, "every handle of HDF5 is closed");
}

}  // namespace lockstep::fuzz
