/// A file of arrays that have names: HDF5 (hdf5_input.h), NumPy's .npz and .npy (data/numpy_file.h).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

class Hdf5Extents;

/// What the values of an array are. Integers have 64 bits when read; `float32`: floats of at most 4 bytes.
enum class ArrayKind { text, signed_integer, unsigned_integer, float32, float64 };

/// Names are absolute, "/X". Whatever reads throws DataError "FILE: /name: what (seen)".
class ArrayFile {
 public:
  virtual ~ArrayFile() = default;

  /// The file that holds this array, and the array within it, as messages have them.
  virtual std::string file_of(const std::string& name) const = 0;
  virtual std::string place(const std::string& name) const { return file_of(name) + ": " + name; }

  /// True where there is an array or a group of that name, even one that reading will refuse.
  virtual bool has(const std::string& name) const = 0;
  virtual bool is_group(const std::string& name) const = 0;
  /// Names in a group, ascending by bytes.
  virtual std::vector<std::string> names(const std::string& group = "/") const = 0;

  /// Rows are read at any time, by any thread.
  virtual bool reads_any_rows() const { return false; }
  /// Where the numbers of an array stand in a file as they are; null: they do not.
  virtual std::shared_ptr<const Hdf5Extents> extents(const std::string& /*name*/) { return nullptr; }
  /// An attribute: integers, at most `most` of them; a text. Empty where there is none, or another thing.
  virtual std::vector<std::int64_t> attribute_integers(const std::string& /*object*/, const std::string& /*name*/,
                                                       std::size_t /*most*/) {
    return {};
  }
  virtual std::string attribute_text(const std::string& /*object*/, const std::string& /*name*/) { return {}; }

  /// Lengths of the dimensions.
  virtual std::vector<std::int64_t> shape(const std::string& name) = 0;
  virtual ArrayKind kind(const std::string& name) = 0;
  /// Bytes that reading the array keeps at most.
  virtual std::int64_t cache_bytes(const std::string& name) = 0;

  /// These rows are read next: where they do not stand together in the file, they may be gathered in one pass.
  virtual void expect_rows(const std::string& /*name*/, std::int64_t /*first_row*/, std::int64_t /*rows*/) {}
  /// Rows [first_row, first_row + rows) of a numeric array of one or two dimensions as doubles, row-major; out.size() =
  /// rows × columns. An integer that would lose digits is an error.
  virtual void read_rows(const std::string& name, std::int64_t first_row, std::int64_t rows, std::span<double> out) = 0;
  /// The same of integers, exactly; a value outside the type is an error.
  virtual void read_rows(const std::string& name, std::int64_t first_row, std::int64_t rows,
                         std::span<std::int64_t> out) = 0;
  virtual void read_rows(const std::string& name, std::int64_t first_row, std::int64_t rows,
                         std::span<std::uint64_t> out) = 0;
  /// The same of a list of texts; padding is taken off.
  virtual std::vector<std::string> read_text_rows(const std::string& name, std::int64_t first_row,
                                                  std::int64_t rows) = 0;
  /// A whole list of texts.
  virtual std::vector<std::string> read_text(const std::string& name) = 0;
};

/// Integers as doubles, row after row from `first_row` on. Throws DataError "PLACE: row 3, column 2: …" for the first
/// one that a double does not hold.
template <typename Integer>
void copy_exactly(std::span<const Integer> values, std::int64_t first_row, std::int64_t columns,
                  const std::string& place, std::span<double> out);

}  // namespace lockstep
