// Strings and attributes of an Hdf5Input.
#include "lockstep/io/hdf5_input.h"
#include "lockstep/io/printable.h"

#include <deque>
#include <memory>
#include <new>

#include "hdf5_check.h"
#include <fmt/format.h>

namespace lockstep {

namespace {

/// Memory for variable-length strings HDF5 reads, freed as a whole. Limited: rows of a crafted file may all
/// refer to one long string.
struct StringArena {
  std::int64_t bytes_left = 0;
  std::deque<std::vector<char>> strings;
};

void* arena_allocate(std::size_t bytes, void* context) noexcept {
  try {
    auto& arena = *static_cast<StringArena*>(context);
    arena.bytes_left -= static_cast<std::int64_t>(bytes);
    return arena.bytes_left < 0 ? nullptr : arena.strings.emplace_back(bytes).data();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void arena_free(void*, void*) noexcept {}

/// Content of a fixed-length string in a field of `size` bytes.
std::string without_padding(const char* field, std::size_t size, H5T_str_t padding) {
  std::string text(field, size);
  if (padding == H5T_STR_SPACEPAD) {
    text.erase(text.find_last_not_of(' ') + 1);
  } else if (padding == H5T_STR_NULLPAD) {
    text.erase(text.find_last_not_of('\0') + 1);
  } else {
    text = text.substr(0, text.find('\0'));
  }
  return text;
}

std::vector<std::string> split_fields(const std::vector<char>& fields, std::size_t size, hid_t type) {
  const H5T_str_t padding = H5Tget_strpad(type);
  std::vector<std::string> texts;
  for (std::size_t at = 0; at + size <= fields.size(); at += size) {
    texts.push_back(without_padding(fields.data() + at, size, padding));
  }
  return texts;
}

}  // namespace

std::vector<std::string> Hdf5Input::read_texts(const std::string& name, const Hdf5Space& file_space) {
  const Hdf5Place place = at(name);
  const Dataset& opened = dataset(name);
  const hid_t type = opened.type.id();
  const auto count = static_cast<std::size_t>(H5Sget_select_npoints(file_space.id()));
  if (count == 0) {
    return {};
  }
  const hsize_t length = count;
  const auto memory_space = owned<Hdf5Space>(H5Screate_simple(1, &length, nullptr), "H5Screate_simple", place);
  const auto read = [&](hid_t transfer, void* buffer) {
    checked(H5Dread(opened.handle.id(), type, memory_space.id(), file_space.id(), transfer, buffer), "H5Dread", place);
  };
  if (checked(H5Tis_variable_str(type), "H5Tis_variable_str", place) == 0) {
    const std::size_t size = H5Tget_size(type);
    std::vector<char> fields(count * size);
    read(H5P_DEFAULT, fields.data());
    return split_fields(fields, size, type);
  }
  StringArena arena{file_bytes_ + static_cast<std::int64_t>(count), {}};
  const auto transfer = owned<Hdf5Properties>(H5Pcreate(H5P_DATASET_XFER), "H5Pcreate", place);
  checked(H5Pset_vlen_mem_manager(transfer.id(), arena_allocate, &arena, arena_free, nullptr),
          "H5Pset_vlen_mem_manager", place);
  std::vector<const char*> pointers(count, nullptr);
  read(transfer.id(), pointers.data());
  std::vector<std::string> texts;
  texts.reserve(count);
  for (const char* text : pointers) {
    texts.emplace_back(text == nullptr ? "" : text);
  }
  return texts;
}

std::vector<std::string> Hdf5Input::read_text_rows(const std::string& name, std::int64_t first_row, std::int64_t rows) {
  const auto lock = hdf5_lock();
  const Hdf5Place place = at(name);
  if (!is_text(name) || shape(name).size() > 1) {
    throw DataError(fmt::format("{}: {}: a list of strings expected ({} found)", place.file, printable(place.object),
                                is_text(name) ? "a table" : "numbers"));
  }
  return read_texts(name, select_rows(name, first_row, rows));
}

std::vector<std::string> Hdf5Input::read_text(const std::string& name) {
  const std::vector<std::int64_t> lengths = shape(name);
  return read_text_rows(name, 0, lengths.empty() ? 1 : lengths[0]);
}

bool Hdf5Input::has_attribute(const std::string& object, const std::string& attribute) const {
  const auto lock = hdf5_lock();
  const auto owner = open_object(object);
  return checked(H5Aexists(owner.id(), attribute.c_str()), "H5Aexists", at(object)) > 0;
}

Hdf5Input::Attribute Hdf5Input::open_attribute(const std::string& object, const std::string& attribute) const {
  const Hdf5Place place = at(object + "@" + attribute);
  const auto owner = open_object(object);
  Attribute opened;
  opened.handle = owned<Hdf5Attribute>(H5Aopen(owner.id(), attribute.c_str(), H5P_DEFAULT), "H5Aopen", place);
  opened.type = owned<Hdf5Type>(H5Aget_type(opened.handle.id()), "H5Aget_type", place);
  hdf5_check::check_type(opened.type.id(), place);
  const auto space = owned<Hdf5Space>(H5Aget_space(opened.handle.id()), "H5Aget_space", place);
  opened.values = checked(H5Sget_simple_extent_npoints(space.id()), "H5Sget_simple_extent_npoints", place);
  const auto size = static_cast<std::int64_t>(H5Tget_size(opened.type.id()));
  if (opened.values > file_bytes_ / size) {
    throw DataError(fmt::format("{}: {}: {} values cannot be in a file of {} bytes", place.file,
                                printable(place.object), opened.values, file_bytes_));
  }
  return opened;
}

std::vector<std::int64_t> Hdf5Input::integer_attribute(const std::string& object, const std::string& attribute) const {
  const auto lock = hdf5_lock();
  const Hdf5Place place = at(object + "@" + attribute);
  const Attribute opened = open_attribute(object, attribute);
  if (H5Tget_class(opened.type.id()) != H5T_INTEGER) {
    throw DataError(place.file + ": " + printable(place.object) + ": integers expected");
  }
  std::vector<std::int64_t> values(static_cast<std::size_t>(opened.values));
  if (!values.empty()) {
    checked(H5Aread(opened.handle.id(), H5T_NATIVE_INT64, values.data()), "H5Aread", place);
  }
  return values;
}

std::string Hdf5Input::text_attribute(const std::string& object, const std::string& attribute) const {
  const auto lock = hdf5_lock();
  const Hdf5Place place = at(object + "@" + attribute);
  const Attribute opened = open_attribute(object, attribute);
  const hid_t type = opened.type.id();
  if (H5Tget_class(type) != H5T_STRING || opened.values != 1) {
    throw DataError(place.file + ": " + printable(place.object) + ": one string expected");
  }
  if (checked(H5Tis_variable_str(type), "H5Tis_variable_str", place) == 0) {
    const std::size_t size = H5Tget_size(type);
    std::vector<char> field(size);
    checked(H5Aread(opened.handle.id(), type, field.data()), "H5Aread", place);
    return split_fields(field, size, type).front();
  }
  char* text = nullptr;
  checked(H5Aread(opened.handle.id(), type, &text), "H5Aread", place);
  const std::unique_ptr<char, herr_t (*)(void*)> owner(text, H5free_memory);
  return text == nullptr ? "" : text;
}

}  // namespace lockstep
