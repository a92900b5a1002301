#include "data/formats.h"

#include "data/csv_reader.h"
#include "data/hdf5_reader.h"
#include "data/idx_reader.h"
#include "data/libsvm_reader.h"
#include "data/npy_header.h"
#include "data/numpy_reader.h"
#include "data/vw_reader.h"
#include "data/zip_archive.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>

namespace lockstep {

namespace {

constexpr std::string_view kAutomatic = "auto";

constexpr std::array<FormatRow, 7> kFormats = {{
    {.name = "csv",
     .title = "CSV",
     .files = "CSV and TSV",
     .is_text = true,
     .has_header = true,
     .fits_name = is_csv_name,
     .fits_line = is_csv_line,
     .names = csv_names,
     .open = open_csv},
    {.name = "libsvm",
     .title = "LIBSVM text",
     .files = "LIBSVM text",
     .is_text = true,
     .fits_name = is_libsvm_name,
     .fits_line = is_libsvm_line,
     .entries_in = count_libsvm_entries,
     .least_entry_bytes = 4,  // " 1:1"
     .open = open_libsvm},
    {.name = "hdf5",
     .title = "HDF5",
     .files = "HDF5",
     .fits_head = is_hdf5_signature,
     .fits_name = is_hdf5_name,
     .names = hdf5_names,
     .open = open_hdf5},
    {.name = "idx",
     .title = "IDX",
     .files = "IDX",
     .is_read_compressed = true,
     .fits_head = is_idx_signature,
     .fits_name = is_idx_name,
     .usual_labels = usual_labels_path,
     .open = open_idx},
    {.name = "npy",
     .title = ".npy",
     .files = "NumPy's .npy",
     .fits_head = is_npy_signature,
     .fits_name = is_npy_name,
     .usual_labels = usual_npy_labels,
     .open = open_npy},
    {.name = "npz",
     .title = ".npz",
     .files = "NumPy's .npz",
     .fits_head = is_npz_signature,
     .fits_name = is_npz_name,
     .names = npz_names,
     .open = open_npz},
    {.name = "vw",
     .title = "Vowpal Wabbit's text",
     .files = "Vowpal Wabbit's text",
     .is_text = true,
     .fits_name = is_vw_name,
     .fits_line = is_vw_line,
     .entries_in = count_vw_entries,
     .least_entry_bytes = 2,  // " a"
     .open = open_vw},
}};

}  // namespace

std::span<const FormatRow> formats() {
  return kFormats;
}

const FormatRow* format_named(std::string_view word) {
  if (word == kAutomatic) {
    return nullptr;
  }
  if (const auto* found = std::ranges::find(kFormats, word, &FormatRow::name); found != kFormats.end()) {
    return found;
  }
  std::string names(kAutomatic);
  for (const FormatRow& row : kFormats) {
    names += (&row == &kFormats.back() ? " or " : ", ") + std::string(row.name);
  }
  throw UsageError("must be " + names);
}

std::string format_name(const FormatRow* format) {
  return std::string(format == nullptr ? kAutomatic : format->name);
}

}  // namespace lockstep
