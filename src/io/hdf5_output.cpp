#include "io/hdf5_output.h"

namespace lockstep {

namespace {

void write_attribute_of(hid_t file, const Hdf5Place& place, const std::string& name, hid_t file_type, hid_t memory_type,
                        hid_t space, const void* values) {
  const auto object = owned<Hdf5Object>(H5Oopen(file, place.object.c_str(), H5P_DEFAULT), "H5Oopen", place);
  const auto attribute = owned<Hdf5Attribute>(
      H5Acreate2(object.id(), name.c_str(), file_type, space, H5P_DEFAULT, H5P_DEFAULT), "H5Acreate2", place);
  checked(H5Awrite(attribute.id(), memory_type, values), "H5Awrite", place);
}

}  // namespace

Hdf5Output::Hdf5Output(FileSystem& files, const std::string& directory, const std::string& name)
    : Hdf5Writer(directory + "/" + name), target_{.file = TemporaryFile(files, directory, name)} {
  const auto lock = hdf5_lock();
  file_ = create_hdf5_in(target_, place_);
}

Hdf5Output::~Hdf5Output() {
  if (target_.error == nullptr) {
    target_.error = std::make_exception_ptr(Error(ExitCode::internal, "the file is given up"));
  }
  close();
}

Hdf5Series& Hdf5Output::series(const std::string& path, const Hdf5SeriesSettings& settings) {
  const auto lock = hdf5_lock();
  create_groups(path);
  return *series_.emplace_back(std::make_unique<Hdf5Series>(file_.id(), target_, settings, at(path)));
}

Hdf5TextSeries& Hdf5Output::text_series(const std::string& path) {
  const auto lock = hdf5_lock();
  create_groups(path);
  return *texts_.emplace_back(std::make_unique<Hdf5TextSeries>(file_.id(), target_, at(path)));
}

void Hdf5Output::write_attribute(const std::string& object, const std::string& name, const std::string& text) {
  const auto lock = hdf5_lock();
  const Hdf5Place place = at(object);
  const auto type = owned<Hdf5Type>(H5Tcopy(H5T_C_S1), "H5Tcopy", place);
  checked(H5Tset_size(type.id(), H5T_VARIABLE), "H5Tset_size", place);
  checked(H5Tset_cset(type.id(), H5T_CSET_UTF8), "H5Tset_cset", place);
  const auto space = owned<Hdf5Space>(H5Screate(H5S_SCALAR), "H5Screate", place);
  const char* const pointer = text.c_str();
  write_attribute_of(file_.id(), place, name, type.id(), type.id(), space.id(), static_cast<const void*>(&pointer));
}

void Hdf5Output::write_attribute(const std::string& object, const std::string& name,
                                 std::span<const std::int64_t> values) {
  const auto lock = hdf5_lock();
  const Hdf5Place place = at(object);
  const hsize_t length = values.size();
  const auto space = owned<Hdf5Space>(H5Screate_simple(1, &length, nullptr), "H5Screate_simple", place);
  write_attribute_of(file_.id(), place, name, H5T_STD_I64LE, H5T_NATIVE_INT64, space.id(), values.data());
}

/// HDF5 writes what it holds.
void Hdf5Output::close() {
  const auto lock = hdf5_lock();
  series_.clear();
  texts_.clear();
  file_ = Hdf5File();
}

void Hdf5Output::finish() {
  for (const auto& one : series_) {
    one->close();
  }
  for (const auto& one : texts_) {
    one->close();
  }
  close();
  target_.require_written();
  target_.file.commit();
}

}  // namespace lockstep
