/// HDF5 files for tests, friendly and hostile, written with the plain C interface as other programs would.
#pragma once

#include "io/hdf5.h"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace lockstep::testing {

class Hdf5Sample {
 public:
  explicit Hdf5Sample(const std::string& path)
      : file_(must(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT))),
        creation_(must(H5Pcreate(H5P_DATASET_CREATE))) {}

  hid_t file() const { return file_.id(); }
  /// Creation properties of the datasets that follow.
  hid_t creation() const { return creation_.id(); }
  void set_chunk(const std::vector<hsize_t>& chunk) {
    must(H5Pset_chunk(creation(), static_cast<int>(chunk.size()), chunk.data()));
  }

  /// Creates a dataset; `values` may be null: nothing is then written. Returns the offset of its values in
  /// the file where they are contiguous.
  haddr_t write(const std::string& name, hid_t file_type, hid_t memory_type, const std::vector<hsize_t>& shape,
                const void* values) {
    const auto rank = static_cast<int>(shape.size());
    const Hdf5Space space(must(H5Screate_simple(rank, shape.data(), nullptr)));
    const Hdf5Dataset dataset(
        must(H5Dcreate2(file(), name.c_str(), file_type, space.id(), H5P_DEFAULT, creation(), H5P_DEFAULT)));
    if (values != nullptr) {
      must(H5Dwrite(dataset.id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
    }
    return H5Dget_offset(dataset.id());
  }

  haddr_t write_strings(const std::string& name, const std::vector<std::string>& texts) {
    const Hdf5Type type(must(H5Tcopy(H5T_C_S1)));
    must(H5Tset_size(type.id(), H5T_VARIABLE));
    must(H5Tset_cset(type.id(), H5T_CSET_UTF8));
    std::vector<const char*> pointers;
    for (const std::string& text : texts) {
      pointers.push_back(text.c_str());
    }
    return write(name, type.id(), type.id(), {texts.size()}, pointers.data());
  }

  void write_fixed_strings(const std::string& name, const std::vector<std::string>& texts, std::size_t width,
                           H5T_str_t padding) {
    const Hdf5Type type(must(H5Tcopy(H5T_C_S1)));
    must(H5Tset_size(type.id(), width));
    must(H5Tset_strpad(type.id(), padding));
    std::string fields;
    for (const std::string& text : texts) {
      fields += text + std::string(width - text.size(), padding == H5T_STR_SPACEPAD ? ' ' : '\0');
    }
    write(name, type.id(), type.id(), {texts.size()}, fields.data());
  }

  /// As h5py stores them.
  void write_booleans(const std::string& name, const std::vector<bool>& values) {
    const Hdf5Type type(must(H5Tenum_create(H5T_NATIVE_INT8)));
    const std::int8_t no = 0;
    const std::int8_t yes = 1;
    must(H5Tenum_insert(type.id(), "FALSE", &no));
    must(H5Tenum_insert(type.id(), "TRUE", &yes));
    const std::vector<std::int8_t> bytes(values.begin(), values.end());
    write(name, type.id(), type.id(), {bytes.size()}, bytes.data());
  }

  void create_group(const std::string& name) {
    const Hdf5Group group(must(H5Gcreate2(file(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)));
  }

  void soft_link(const std::string& name, const std::string& target) {
    must(H5Lcreate_soft(target.c_str(), file(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT));
  }

  template <typename Result>
  static Result must(Result result) {
    if (result < 0) {
      throw std::runtime_error("the sample file cannot be made");
    }
    return result;
  }

 private:
  Hdf5File file_;
  Hdf5Properties creation_;
};

}  // namespace lockstep::testing
