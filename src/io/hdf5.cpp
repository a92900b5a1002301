#include "io/hdf5.h"

#include "io/printable.h"

#include <atomic>
#include <cstdint>
#include <new>

namespace lockstep {

namespace {

/// Once a process: no plugin is loaded, and the class of external links is gone, so that no lookup leaves the
/// file. Throws InternalError where the library refuses.
bool harden_library() {
  if (H5open() < 0 || H5PLset_loading_state(0) < 0 || H5Lunregister(H5L_TYPE_EXTERNAL) < 0) {
    throw InternalError("the HDF5 library does not start without plugins and external links");
  }
  return true;
}

struct InnermostError {
  std::string description;
  bool memory = false;
};

herr_t take_innermost(unsigned depth, const H5E_error2_t* error, void* result) noexcept {
  try {
    auto& innermost = *static_cast<InnermostError*>(result);
    if (depth == 0 && error->desc != nullptr) {
      innermost.description = error->desc;
    }
    innermost.memory = innermost.memory || error->min_num == H5E_CANTALLOC || error->min_num == H5E_NOSPACE;
    return 0;
  } catch (const std::bad_alloc&) {
    return -1;
  }
}

}  // namespace

std::unique_lock<std::recursive_mutex> hdf5_lock() {
  static std::recursive_mutex mutex;
  std::unique_lock lock(mutex);
  static const bool hardened = harden_library();
  // HDF5's error stack, and whether it is printed, belong to the thread.
  thread_local const bool silent = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;
  static_cast<void>(hardened);
  static_cast<void>(silent);
  return lock;
}

std::string unique_image_name() {
  static std::atomic<std::uint64_t> images{0};
  return "/dev/null/image-" + std::to_string(images++);
}

void throw_hdf5_error(const Hdf5Place& place, const char* call) {
  InnermostError innermost;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_innermost, &innermost);
  std::string message = place.file + ": ";
  if (!place.object.empty()) {
    message += printable(place.object) + ": ";
  }
  message += std::string(call) + " failed";
  if (!innermost.description.empty()) {
    message += " (" + printable(innermost.description) + ")";
  }
  if (place.code == ExitCode::bad_data) {
    throw DataError(message);
  }
  throw Error(innermost.memory ? ExitCode::out_of_memory : place.code, message);
}

}  // namespace lockstep
