#include "io/hdf5_check.h"

#include "io/printable.h"

#include <array>
#include <limits>

#include <fmt/format.h>

namespace lockstep::hdf5_check {

namespace {

/// Soft links followed in one lookup, in all: links may nest, and their number would grow exponentially.
constexpr int kMaxSoftLinks = 64;
/// Deflate expands a byte to at most 1032: a format limit (RFC 1951: 258 bytes from 2 bits).
constexpr std::int64_t kMaxExpansion = 1032;

[[noreturn]] void refuse(const Hdf5Place& place, const std::string& reason) {
  throw DataError(place.file + ": " + printable(place.object) + ": " + reason);
}

std::string soft_link_target(hid_t file, const std::string& link, std::size_t size, const Hdf5Place& place) {
  std::string target(size, '\0');
  checked(H5Lget_val(file, link.c_str(), target.data(), size, H5P_DEFAULT), "H5Lget_val", place);
  return target.substr(0, target.find('\0'));
}

bool resolve_links(hid_t file, const std::string& path, int& soft_links, const Hdf5Place& place) {
  std::string prefix;
  std::size_t begin = 0;
  while (begin < path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string component = path.substr(begin, end - begin);
    begin = end + 1;
    if (component.empty() || component == ".") {
      continue;
    }
    const std::string parent = prefix;
    prefix += '/' + component;
    const htri_t exists = H5Lexists(file, prefix.c_str(), H5P_DEFAULT);
    if (exists <= 0) {
      return false;  // negative: the parent is not a group
    }
    H5L_info_t info;
    checked(H5Lget_info(file, prefix.c_str(), &info, H5P_DEFAULT), "H5Lget_info", place);
    if (info.type == H5L_TYPE_SOFT) {
      if (++soft_links > kMaxSoftLinks) {
        refuse(place, fmt::format("more than {} soft links to follow", kMaxSoftLinks));
      }
      const std::string target = soft_link_target(file, prefix, info.u.val_size, place);
      const bool absolute = !target.empty() && target.front() == '/';
      if (!resolve_links(file, absolute ? target : parent + '/' + target, soft_links, place)) {
        return false;
      }
    } else if (info.type != H5L_TYPE_HARD) {
      refuse(place, printable(prefix) + " is a link out of the file; copy the data into it");
    }
  }
  return true;
}

/// ⌊a·b⌋ capped at the largest int64, for a, b ≥ 0.
std::int64_t capped_product(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::int64_t>::max() : product;
}

void check_filters(hid_t creation, const Hdf5Place& place) {
  const int filters = checked(H5Pget_nfilters(creation), "H5Pget_nfilters", place);
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0;
    unsigned configuration = 0;
    std::size_t values = 0;
    std::array<char, 64> name{};
    const H5Z_filter_t filter = checked(H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &values, nullptr,
                                                       name.size(), name.data(), &configuration),
                                        "H5Pget_filter2", place);
    if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32) {
      name.back() = '\0';
      refuse(place, fmt::format("filter {} ({}) is not supported; store the data plain or with gzip", filter,
                                printable(name.data())));
    }
  }
}

/// The library copies as many bytes of a value as the enumeration says, whatever its base type has.
bool is_boolean(hid_t type, const Hdf5Place& place) {
  const auto base = owned<Hdf5Type>(H5Tget_super(type), "H5Tget_super", place);
  const bool is_byte = H5Tget_size(type) == 1 && H5Tget_size(base.id()) == 1;
  const auto value_of = [&](const char* member) {
    signed char value = -1;
    return H5Tenum_valueof(type, member, &value) >= 0 ? value : -1;
  };
  return is_byte && H5Tget_nmembers(type) == 2 && value_of("FALSE") == 0 && value_of("TRUE") == 1;
}

std::string class_name(H5T_class_t type_class) {
  switch (type_class) {
    case H5T_COMPOUND:
      return "compound";
    case H5T_ENUM:
      return "enumeration";
    case H5T_ARRAY:
      return "array";
    case H5T_VLEN:
      return "variable-length sequence";
    case H5T_REFERENCE:
      return "reference";
    case H5T_OPAQUE:
      return "opaque";
    default:
      return fmt::format("class {}", static_cast<int>(type_class));
  }
}

/// The bits that a number is made of are within its bytes: HDF5 converts others beyond the end of its memory.
void require_sound_bits(hid_t type, const Hdf5Place& place) {
  const std::size_t bits = 8 * H5Tget_size(type);
  const std::size_t precision = H5Tget_precision(type);
  const auto is_within = [&](std::size_t begin, std::size_t count) {
    return count > 0 && count <= bits && begin <= bits - count;
  };
  bool is_sound = is_within(static_cast<std::size_t>(std::max(0, H5Tget_offset(type))), precision);
  if (H5Tget_class(type) == H5T_FLOAT) {
    std::size_t sign = 0;
    std::size_t exponent = 0;
    std::size_t exponent_bits = 0;
    std::size_t mantissa = 0;
    std::size_t mantissa_bits = 0;
    checked(H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits), "H5Tget_fields", place);
    is_sound =
        is_sound && is_within(sign, 1) && is_within(exponent, exponent_bits) && is_within(mantissa, mantissa_bits);
  }
  if (!is_sound) {
    refuse(place, fmt::format("damaged: a type of {} bits for numbers of {} bytes", precision, bits / 8));
  }
}

}  // namespace

bool resolve(hid_t file, const std::string& path, const Hdf5Place& place) {
  int soft_links = 0;
  return resolve_links(file, path, soft_links, place);
}

void check_storage(hid_t dataset, std::int64_t file_bytes, const Hdf5Place& place) {
  const auto creation = owned<Hdf5Properties>(H5Dget_create_plist(dataset), "H5Dget_create_plist", place);
  const H5D_layout_t layout = checked(H5Pget_layout(creation.id()), "H5Pget_layout", place);
  if (layout == H5D_VIRTUAL) {
    refuse(place, "virtual dataset; copy the data into the file");
  }
  if (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED) {
    refuse(place, fmt::format("unknown storage layout ({})", static_cast<int>(layout)));
  }
  if (checked(H5Pget_external_count(creation.id()), "H5Pget_external_count", place) > 0) {
    refuse(place, "values stored outside the file; copy the data into it");
  }
  check_filters(creation.id(), place);
  if (layout == H5D_CHUNKED) {
    std::array<hsize_t, H5S_MAX_RANK> chunk{};
    const int rank = checked(H5Pget_chunk(creation.id(), H5S_MAX_RANK, chunk.data()), "H5Pget_chunk", place);
    const auto type = owned<Hdf5Type>(H5Dget_type(dataset), "H5Dget_type", place);
    auto bytes = static_cast<std::int64_t>(H5Tget_size(type.id()));
    for (int i = 0; i < rank; ++i) {
      bytes = capped_product(bytes, static_cast<std::int64_t>(chunk[static_cast<std::size_t>(i)]));
    }
    // A chunk may be larger than the data in it, but HDF5 allocates it whole.
    constexpr std::int64_t always_fine = std::int64_t{1} << 26;
    if (bytes > std::max(always_fine, capped_product(file_bytes, kMaxExpansion))) {
      refuse(place, fmt::format("a chunk of {} bytes cannot be in a file of {} bytes", bytes, file_bytes));
    }
  }
}

void check_type(hid_t type, const Hdf5Place& place) {
  const H5T_class_t type_class = H5Tget_class(type);
  if (type_class == H5T_STRING) {
    return;
  }
  const bool is_number = type_class == H5T_INTEGER || type_class == H5T_FLOAT;
  if (!is_number && !(type_class == H5T_ENUM && is_boolean(type, place))) {
    refuse(place, "type " + class_name(type_class) + " is not supported; only numbers and strings are");
  }
  if (const std::size_t bytes = H5Tget_size(type); bytes > 8) {
    refuse(place, fmt::format("numbers of {} bytes are not supported; store them as float64 or int64", bytes));
  }
  require_sound_bits(type, place);
}

std::vector<std::int64_t> checked_shape(hid_t dataset, hid_t type, std::int64_t file_bytes, const Hdf5Place& place) {
  const auto space = owned<Hdf5Space>(H5Dget_space(dataset), "H5Dget_space", place);
  if (H5Sget_simple_extent_type(space.id()) == H5S_NULL) {
    refuse(place, "empty dataspace (h5py.Empty) where values are expected");
  }
  const int rank = checked(H5Sget_simple_extent_ndims(space.id()), "H5Sget_simple_extent_ndims", place);
  if (rank > 2) {
    refuse(place, fmt::format("at most 2 dimensions are supported ({} found)", rank));
  }
  std::array<hsize_t, 2> dimensions{};
  checked(H5Sget_simple_extent_dims(space.id(), dimensions.data(), nullptr), "H5Sget_simple_extent_dims", place);

  const auto creation = owned<Hdf5Properties>(H5Dget_create_plist(dataset), "H5Dget_create_plist", place);
  const H5D_layout_t layout = H5Pget_layout(creation.id());
  const bool chunked = layout == H5D_CHUNKED;
  std::vector<std::int64_t> shape;
  auto bytes = static_cast<std::int64_t>(H5Tget_size(type));
  bool no_values = false;
  for (int i = 0; i < rank; ++i) {
    const hsize_t length = dimensions[static_cast<std::size_t>(i)];
    if (length > static_cast<hsize_t>(std::numeric_limits<std::int64_t>::max())) {
      refuse(place, fmt::format("dimension {} is absurd ({})", i, length));
    }
    shape.push_back(static_cast<std::int64_t>(length));
    no_values = no_values || length == 0;
    bytes = capped_product(bytes, std::max<std::int64_t>(shape.back(), 1));
  }
  // Without values the file need not hold any, but the caller may still allocate by the other dimension.
  const std::int64_t bound = chunked || no_values ? capped_product(file_bytes, kMaxExpansion) : file_bytes;
  if (bytes > bound) {
    refuse(place, fmt::format("dimensions {} need more bytes than the file of {} bytes can hold",
                              fmt::join(shape, " x "), file_bytes));
  }
  // The library copies from its buffer of them as many bytes as the dimensions need.
  const auto held = static_cast<std::int64_t>(H5Dget_storage_size(dataset));
  if (layout == H5D_COMPACT && !no_values && held < bytes) {
    refuse(place, fmt::format("damaged: holds {} bytes where its shape needs {}", held, bytes));
  }
  return shape;
}

}  // namespace lockstep::hdf5_check
