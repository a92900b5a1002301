/// What an untrusted HDF5 file must satisfy before a value of it is read. Internal to io/.
#pragma once

#include "io/hdf5.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep::hdf5_check {

/// True when every component of `path` exists. Throws DataError at an external link or a user-defined one, on
/// the way or behind soft links.
bool resolve(hid_t file, const std::string& path, const Hdf5Place& place);

/// Refuses external storage, virtual layout, unknown filters and chunks larger than the bound. To be called
/// before H5Dget_space, which would open the sources of a virtual dataset.
void check_storage(hid_t dataset, std::int64_t file_bytes, const Hdf5Place& place);

/// Refuses all types but integers, floats, h5py's booleans and strings.
void check_type(hid_t type, const Hdf5Place& place);

/// Dimensions (rank ≤ 2) whose bytes a file of that size can hold.
std::vector<std::int64_t> checked_shape(hid_t dataset, hid_t type, std::int64_t file_bytes, const Hdf5Place& place);

}  // namespace lockstep::hdf5_check
