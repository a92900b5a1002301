/// One array of NumPy's, read a run of rows at a time.
#pragma once

#include "comm/summation_tree.h"
#include "data/byte_source.h"
#include "data/npy_header.h"
#include "io/array_file.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

class NpyArray {
 public:
  /// Throws what read_npy_header() throws. `place` is the array in messages.
  NpyArray(std::unique_ptr<ByteSource> bytes, std::string place);

  const NpyHeader& header() const { return header_; }
  ArrayKind kind() const;

  /// These rows are read next. Gathers them in one pass over the array, where they can be read in no other way: values
  /// in Fortran order that are compressed.
  void expect(Run rows);
  /// Bytes of rows that were gathered or read.
  std::int64_t held_bytes() const { return std::ssize(gathered_) + std::ssize(values_); }

  /// Row-major; out.size() = rows × columns. Throws DataError where an integer would lose digits as a double, for
  /// values of another kind, and what ByteSource::read throws.
  void read(Run rows, std::span<double> out);
  void read(Run rows, std::span<std::int64_t> out);
  void read(Run rows, std::span<std::uint64_t> out);
  /// Of one dimension, as UTF-8; bytes as they are. Throws DataError "PLACE: row 3: …" for what is no character.
  std::vector<std::string> read_texts(Run rows);

 private:
  bool is_in_columns() const;
  void gather(Run rows);
  /// The bytes of these rows, row after row; valid until the next call.
  std::span<const std::byte> bytes_of(Run rows);
  template <typename Value>
  void read_integers(Run rows, std::span<Value> out);

  std::unique_ptr<ByteSource> bytes_;
  std::string place_;
  NpyHeader header_;
  std::vector<std::byte> values_;    // of the rows last read
  std::int64_t until_ = 0;           // rows that are expected
  Run window_;                       // rows that are gathered
  std::vector<std::byte> gathered_;  // of these, column after column
};

}  // namespace lockstep
