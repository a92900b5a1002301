// Attributes of an Hdf5Input.
#include "io/hdf5_guard.h"
#include "io/hdf5_input.h"

#include <array>
#include <memory>

namespace lockstep {

namespace {

constexpr std::size_t kMostText = std::size_t{1} << 16;

/// Number of values of rank 0 or 1; −1 for other ranks, or none.
std::int64_t length_of(hid_t attribute, const Hdf5Place& place) {
  const auto space = owned<Hdf5Space>(H5Aget_space(attribute), "H5Aget_space", place);
  const bool is_simple = H5Sget_simple_extent_type(space.id()) != H5S_NULL;
  const int rank = checked(H5Sget_simple_extent_ndims(space.id()), "H5Sget_simple_extent_ndims", place);
  return is_simple && rank <= 1 ? H5Sget_simple_extent_npoints(space.id()) : -1;
}

}  // namespace

Hdf5Attribute Hdf5Input::open_attribute(const std::string& object, const std::string& name) const {
  const Hdf5Object opened = open_object(object);
  const htri_t exists = checked(H5Aexists(opened.id(), name.c_str()), "H5Aexists", at(object));
  return exists > 0 ? owned<Hdf5Attribute>(H5Aopen(opened.id(), name.c_str(), H5P_DEFAULT), "H5Aopen", at(object))
                    : Hdf5Attribute();
}

std::vector<std::int64_t> Hdf5Input::attribute_integers(const std::string& object, const std::string& name,
                                                        std::size_t most) {
  const Hdf5Guard guard(place_.file);
  const Hdf5Place place = at(object);
  const Hdf5Attribute attribute = open_attribute(object, name);
  if (attribute.id() < 0) {
    return {};
  }
  const auto type = owned<Hdf5Type>(H5Aget_type(attribute.id()), "H5Aget_type", place);
  const std::int64_t length = length_of(attribute.id(), place);
  if (H5Tget_class(type.id()) != H5T_INTEGER || length < 0 || static_cast<std::size_t>(length) > most) {
    return {};
  }
  std::vector<std::int64_t> values(static_cast<std::size_t>(length));
  checked(H5Aread(attribute.id(), H5T_NATIVE_INT64, values.data()), "H5Aread", place);
  return values;
}

std::string Hdf5Input::attribute_text(const std::string& object, const std::string& name) {
  const Hdf5Guard guard(place_.file);
  const Hdf5Place place = at(object);
  const Hdf5Attribute attribute = open_attribute(object, name);
  if (attribute.id() < 0) {
    return {};
  }
  const auto type = owned<Hdf5Type>(H5Aget_type(attribute.id()), "H5Aget_type", place);
  if (H5Tget_class(type.id()) != H5T_STRING || length_of(attribute.id(), place) != 1) {
    return {};
  }
  if (checked(H5Tis_variable_str(type.id()), "H5Tis_variable_str", place) > 0) {
    char* text = nullptr;
    checked(H5Aread(attribute.id(), type.id(), static_cast<void*>(&text)), "H5Aread", place);
    const std::unique_ptr<char, herr_t (*)(void*)> owner(text, H5free_memory);
    return text == nullptr ? "" : std::string(text);
  }
  const std::size_t size = H5Tget_size(type.id());
  if (size > kMostText) {
    return {};
  }
  std::string text(size, '\0');
  checked(H5Aread(attribute.id(), type.id(), text.data()), "H5Aread", place);
  return text.substr(0, text.find('\0'));
}

}  // namespace lockstep
