/// The header of a .npy file (numpy.lib.format): the bytes 93 N U M P Y, a version (1.0, 2.0, 3.0), the length of a
/// text, and the text, a Python dictionary: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }. The values
/// follow.
#pragma once

#include "data/byte_source.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

struct NpyType {
  enum class Kind : char {
    boolean = 'b',
    signed_integer = 'i',
    unsigned_integer = 'u',
    real = 'f',
    bytes = 'S',      ///< characters of one byte, NULs behind the last one
    characters = 'U'  ///< code points of four bytes, the same
  };
  Kind kind = Kind::real;
  std::int64_t bytes = 8;  ///< a value
  bool is_big_endian = false;
  std::string name = "<f8";  ///< as the file has it

  bool is_text() const { return kind == Kind::bytes || kind == Kind::characters; }
  bool is_integer() const { return kind == Kind::signed_integer || kind == Kind::unsigned_integer; }
};

struct NpyHeader {
  NpyType type;
  bool is_fortran = false;  ///< the first dimension is the fastest
  std::vector<std::int64_t> shape;
  std::int64_t begin = 0;  ///< of the values in the file

  std::int64_t rows() const { return shape.empty() ? 1 : shape.front(); }
  std::int64_t columns() const;     ///< values of a row
  std::string description() const;  ///< "3 × 2 values of type <f8"
};

/// The first bytes of a .npy file.
bool is_npy_signature(std::string_view head);

/// Reads the header and no more. Throws DataError "PLACE: …" where it is none, for types that hold no numbers or texts
/// (objects, records, complex numbers, dates), and unless the file holds exactly the values that the header promises.
NpyHeader read_npy_header(ByteSource& bytes, const std::string& place);

}  // namespace lockstep
